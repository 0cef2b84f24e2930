using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Forge.Analyzers;

/// <summary>
/// FORGE001: a task given to <c>PostResponseTasks.Add</c> holds on to an object of the request. By the time it runs, the server
/// may have given that object to another request, and the request's token is cancelled whenever the client hangs up.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RequestCaptureAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Rule = new(
        "FORGE001",
        "A post-response task holds on to an object of the request",
        "'{0}' ({1}) belongs to the request, which is over when this task runs; copy the values the task needs before adding it, and use the services and the token the task is handed",
        "Reliability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var types = new KnownTypes(start.Compilation);
            if (types.PostResponseTasks is not null)
            {
                start.RegisterOperationAction(operation => AnalyzeCall(operation, types), OperationKind.Invocation);
            }
        });
    }

    private static void AnalyzeCall(OperationAnalysisContext context, KnownTypes types)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name != "Add" || !SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, types.PostResponseTasks))
        {
            return;
        }

        foreach (var argument in call.Arguments)
        {
            switch (argument.Value.Unwrap())
            {
                case IAnonymousFunctionOperation lambda:
                    ReportCaptures(context, types, lambda);
                    break;
                case IMethodReferenceOperation { Method.MethodKind: MethodKind.LocalFunction } reference:
                    ReportCaptures(context, types, FindBody(reference));
                    break;
                case IMethodReferenceOperation { Instance: { } instance }:
                    ReportIfRequestBound(context, types, instance, function: null, reported: []);
                    break;
                case var value:
                    ReportIfRequestBound(context, types, value, function: null, reported: []);
                    break;
            }
        }
    }

    // A local function is declared in the same file as its use, so the model at hand knows it.
    private static IOperation? FindBody(IMethodReferenceOperation reference) =>
        reference.Method.DeclaringSyntaxReferences is { Length: 1 } declarations ? reference.SemanticModel?.GetOperation(declarations[0].GetSyntax()) : null;

    private static void ReportCaptures(OperationAnalysisContext context, KnownTypes types, IOperation? function)
    {
        if (function is null)
        {
            return;
        }

        var reported = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var operation in function.Descendants())
        {
            ReportIfRequestBound(context, types, operation, function, reported);
        }
    }

    private static void ReportIfRequestBound(
        OperationAnalysisContext context, KnownTypes types, IOperation operation, IOperation? function, HashSet<ISymbol> reported)
    {
        var symbol = operation switch
        {
            IParameterReferenceOperation reference => reference.Parameter,
            ILocalReferenceOperation reference => (ISymbol)reference.Local,
            IMemberReferenceOperation { Instance: IInstanceReferenceOperation } reference and (IFieldReferenceOperation or IPropertyReferenceOperation) => reference.Member,
            _ => null,
        };
        if (symbol is null || IsDeclaredIn(symbol, function))
        {
            return;
        }

        // Only a token that was handed in is taken for the request's: one that is kept in a field or made here may well be another.
        var isRequestBound = types.IsRequestType(operation.Type) || (symbol is IParameterSymbol && types.IsCancellationToken(operation.Type));
        if (isRequestBound && reported.Add(symbol))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rule, operation.Syntax.GetLocation(), symbol.Name, operation.Type!.Name));
        }
    }

    private static bool IsDeclaredIn(ISymbol symbol, IOperation? function) =>
        function is not null
        && symbol.DeclaringSyntaxReferences is { Length: 1 } declarations
        && declarations[0].SyntaxTree == function.Syntax.SyntaxTree
        && function.Syntax.Span.Contains(declarations[0].Span);
}
