namespace Forge.PostResponse.Tests.Samples;

public sealed class DocumentationTests
{
    [Theory]
    [InlineData("post-response.md")]
    [InlineData("choosing-a-lane.md")]
    public void CodeSamples_OfThePage_AreCompiled(string page)
    {
        var compiled = Lines(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Samples", "PostResponseSamples.cs")));

        foreach (var sample in CodeBlocks(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", page))))
        {
            Assert.Contains(Lines(sample), compiled, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Pages_HaveSamples() =>
        Assert.NotEmpty(CodeBlocks(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "post-response.md"))));

    [Fact]
    public async Task SampleApplication_Starts()
    {
        await using var app = PostResponseSamples.Build(["--urls=http://127.0.0.1:0"]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Indentation may differ, nothing else.</summary>
    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)) + '\n';

    private static List<string> CodeBlocks(string markdown) =>
        [.. markdown.Split("```csharp").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)])];
}
