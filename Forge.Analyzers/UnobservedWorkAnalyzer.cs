using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Forge.Analyzers;

/// <summary>
/// FORGE002: work that nobody can await, or nobody does. A failure in an <c>async void</c> method ends the process; one in a task that an
/// endpoint handler drops is never heard of, and the work may run on after the request's services are disposed.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnobservedWorkAnalyzer : DiagnosticAnalyzer
{
    private const string Id = "FORGE002";
    private const string Title = "Work that nobody awaits";
    private const string Category = "Reliability";

    private static readonly DiagnosticDescriptor AsyncVoid = new(
        Id, Title, "{0} is async void: nobody can await it, and an exception in it ends the process; return Task", Category, DiagnosticSeverity.Warning, isEnabledByDefault: true);

    // Whether a method is an endpoint handler is known for certain only when the whole compilation has been seen.
    private static readonly DiagnosticDescriptor DroppedTask = new(
        Id,
        Title,
        "This endpoint handler drops a task: its failure is never seen, and it may outlive the request's services; await it, or add it to PostResponseTasks or enqueue a job",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        customTags: WellKnownDiagnosticTags.CompilationEnd);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [AsyncVoid, DroppedTask];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var types = new KnownTypes(start.Compilation);
            start.RegisterSymbolAction(symbol => AnalyzeMethod(symbol, types), SymbolKind.Method);
            start.RegisterOperationAction(operation => AnalyzeFunction(operation, types), OperationKind.AnonymousFunction, OperationKind.LocalFunction);

            var handlers = new ConcurrentDictionary<ISymbol, bool>(SymbolEqualityComparer.Default);
            var dropped = new ConcurrentBag<DroppedValue>();
            start.RegisterOperationAction(operation => FindHandlers((IArgumentOperation)operation.Operation, types, handlers), OperationKind.Argument);
            start.RegisterOperationAction(operation => FindDroppedTasks(operation, types, dropped), OperationKind.ExpressionStatement);
            start.RegisterCompilationEndAction(end =>
            {
                foreach (var value in dropped.Where(value => value.IsInHandler(handlers, types)))
                {
                    end.ReportDiagnostic(Diagnostic.Create(DroppedTask, value.Location));
                }
            });
        });
    }

    private static void AnalyzeMethod(SymbolAnalysisContext context, KnownTypes types)
    {
        var method = (IMethodSymbol)context.Symbol;
        if (IsAsyncVoid(method) && !types.IsEventHandler(method))
        {
            context.ReportDiagnostic(Diagnostic.Create(AsyncVoid, method.Locations[0], $"'{method.Name}'"));
        }
    }

    private static void AnalyzeFunction(OperationAnalysisContext context, KnownTypes types)
    {
        var (method, name) = context.Operation switch
        {
            ILocalFunctionOperation local => (local.Symbol, $"'{local.Symbol.Name}'"),
            IAnonymousFunctionOperation lambda => (lambda.Symbol, "This lambda"),
            _ => throw new NotSupportedException(context.Operation.Kind.ToString()),
        };
        if (IsAsyncVoid(method) && !types.IsEventHandler(method) && !IsAddedToEvent(context.Operation))
        {
            context.ReportDiagnostic(Diagnostic.Create(AsyncVoid, context.Operation.Syntax.GetLocation(), name));
        }
    }

    private static bool IsAsyncVoid(IMethodSymbol method) => method is { IsAsync: true, ReturnsVoid: true };

    private static bool IsAddedToEvent(IOperation lambda) =>
        lambda.Parent is IDelegateCreationOperation { Parent: IEventAssignmentOperation } or IEventAssignmentOperation;

    private static void FindHandlers(IArgumentOperation argument, KnownTypes types, ConcurrentDictionary<ISymbol, bool> handlers)
    {
        if (argument.Value.Unwrap() is IMethodReferenceOperation { Method: var method } && types.IsEndpointHandler(argument))
        {
            handlers.TryAdd(method.OriginalDefinition, true);
        }
    }

    private static void FindDroppedTasks(OperationAnalysisContext context, KnownTypes types, ConcurrentBag<DroppedValue> dropped)
    {
        var statement = (IExpressionStatementOperation)context.Operation;
        if (!types.IsTask(DroppedBy(statement)?.Type))
        {
            return;
        }

        var functions = ImmutableArray.CreateBuilder<ISymbol>();
        functions.Add(context.ContainingSymbol.OriginalDefinition);
        for (var parent = statement.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is ILocalFunctionOperation local)
            {
                functions.Add(local.Symbol.OriginalDefinition);
            }
            else if (parent is IAnonymousFunctionOperation lambda && lambda.AsArgument() is { } argument && types.IsEndpointHandler(argument))
            {
                // The lambda is the handler; nothing has to be waited for to know it.
                functions.Clear();
                break;
            }
        }

        dropped.Add(new DroppedValue(functions.ToImmutable(), statement.Syntax.GetLocation()));
    }

    private static IOperation? DroppedBy(IExpressionStatementOperation statement)
    {
        var value = statement.Operation switch
        {
            ISimpleAssignmentOperation { Target: IDiscardOperation, Value: var discarded } => discarded.Unwrap(),
            IAssignmentOperation => null,
            var other => other,
        };
        while (value is IConditionalAccessOperation conditional)
        {
            value = conditional.WhenNotNull;
        }

        return value;
    }

    /// <summary>A task that a statement drops.</summary>
    /// <param name="functions">The method around it and the local functions in between; none when it is certain to stand in a handler.</param>
    /// <param name="location">The statement.</param>
    private sealed class DroppedValue(ImmutableArray<ISymbol> functions, Location location)
    {
        public Location Location { get; } = location;

        public bool IsInHandler(ConcurrentDictionary<ISymbol, bool> handlers, KnownTypes types) =>
            functions.IsEmpty || functions.Any(handlers.ContainsKey) || types.IsHandlerClass(functions[0].ContainingType);
    }
}
