using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Forge.Analyzers.Tests;

/// <summary>Compiles a snippet against ASP.NET Core and Forge.PostResponse as they are, and runs an analyzer over it.</summary>
internal static class AnalyzerRun
{
    private const string Usings = """
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        using Forge.PostResponse;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.AspNetCore.Mvc.RazorPages;
        using Microsoft.AspNetCore.Routing;
        """;

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The source between <c>[|</c> and <c>|]</c> is where the analyzer is to report, there and nowhere else.</summary>
    public static async Task<IReadOnlyList<string>> VerifyAsync(DiagnosticAnalyzer analyzer, string markedSource)
    {
        var source = (Usings + markedSource).Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal);
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));

        var found = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(found, diagnostic => diagnostic.Id == "AD0001");
        var reported = found.Select(diagnostic => diagnostic.Location.SourceSpan).OrderBy(span => span.Start);
        Assert.Equal(Marks(Usings + markedSource), reported.Select(span => source.Substring(span.Start, span.Length)));
        return [.. found.Select(diagnostic => $"{diagnostic.Id}: {diagnostic.GetMessage(null)}")];
    }

    private static IEnumerable<string> Marks(string markedSource) =>
        markedSource.Split("[|").Skip(1).Select(part => part[..part.IndexOf("|]", StringComparison.Ordinal)]);
}
