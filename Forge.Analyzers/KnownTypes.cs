using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Forge.Analyzers;

/// <summary>The types that the analyzers look for, found once per compilation.</summary>
internal sealed class KnownTypes
{
    private readonly ImmutableArray<INamedTypeSymbol> _requestTypes;
    private readonly ImmutableArray<INamedTypeSymbol> _taskTypes;
    private readonly ImmutableArray<INamedTypeSymbol> _handlerBases;
    private readonly INamedTypeSymbol? _cancellationToken;
    private readonly INamedTypeSymbol? _eventArgs;
    private readonly INamedTypeSymbol? _delegate;
    private readonly INamedTypeSymbol? _requestDelegate;

    public KnownTypes(Compilation compilation)
    {
        PostResponseTasks = compilation.GetTypeByMetadataName("Forge.PostResponse.PostResponseTasks");
        _requestTypes = Find(
            compilation,
            "Microsoft.AspNetCore.Http.HttpContext",
            "Microsoft.AspNetCore.Http.HttpRequest",
            "Microsoft.AspNetCore.Http.HttpResponse");
        _taskTypes = Find(
            compilation,
            "System.Threading.Tasks.Task",
            "System.Threading.Tasks.Task`1",
            "System.Threading.Tasks.ValueTask",
            "System.Threading.Tasks.ValueTask`1");
        _handlerBases = Find(
            compilation,
            "Microsoft.AspNetCore.Mvc.ControllerBase",
            "Microsoft.AspNetCore.Mvc.RazorPages.PageModel");
        _cancellationToken = compilation.GetTypeByMetadataName("System.Threading.CancellationToken");
        _eventArgs = compilation.GetTypeByMetadataName("System.EventArgs");
        _delegate = compilation.GetTypeByMetadataName("System.Delegate");
        _requestDelegate = compilation.GetTypeByMetadataName("Microsoft.AspNetCore.Http.RequestDelegate");
    }

    public INamedTypeSymbol? PostResponseTasks { get; }

    public bool IsRequestType(ITypeSymbol? type) => _requestTypes.Any(known => DerivesFrom(type, known));

    public bool IsCancellationToken(ITypeSymbol? type) => _cancellationToken is not null && SymbolEqualityComparer.Default.Equals(type, _cancellationToken);

    public bool IsTask(ITypeSymbol? type) => type is not null && _taskTypes.Any(known => SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, known));

    /// <summary>Whether the method takes what an event handler takes: the sender and the event's data.</summary>
    public bool IsEventHandler(IMethodSymbol method) =>
        method.Parameters.Length == 2 && _eventArgs is not null && DerivesFrom(method.Parameters[1].Type, _eventArgs);

    public bool IsHandlerClass(INamedTypeSymbol? type) => _handlerBases.Any(known => DerivesFrom(type, known));

    /// <summary>Whether the argument is the handler of a call such as <c>MapGet(pattern, handler)</c>.</summary>
    public bool IsEndpointHandler(IArgumentOperation argument) =>
        argument is { Parameter.Type: { } type, Parent: IInvocationOperation { TargetMethod: var method } }
        && method.Name.StartsWith("Map", StringComparison.Ordinal)
        && method.ContainingNamespace.ToDisplayString() == "Microsoft.AspNetCore.Builder"
        && (SymbolEqualityComparer.Default.Equals(type, _delegate) || SymbolEqualityComparer.Default.Equals(type, _requestDelegate));

    private static bool DerivesFrom(ITypeSymbol? type, INamedTypeSymbol ancestor)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, ancestor))
            {
                return true;
            }
        }

        return false;
    }

    private static ImmutableArray<INamedTypeSymbol> Find(Compilation compilation, params string[] names) =>
        [.. names.Select(compilation.GetTypeByMetadataName).OfType<INamedTypeSymbol>()];
}
