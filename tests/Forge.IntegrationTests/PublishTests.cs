using System.Diagnostics;
using System.Text.Json;

namespace Forge.IntegrationTests;

/// <summary>What the AppHost describes when it is published.</summary>
public sealed class PublishTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Manifest_DescribesContainers_AndNotTheSandbox()
    {
        var folder = Directory.CreateTempSubdirectory("forge-manifest-");
        try
        {
            var resources = await PublishAsync(Path.Combine(folder.FullName, "manifest.json"));

            Assert.Equal("container.v0", TypeOf(resources, "postgres"));
            Assert.Equal("container.v0", TypeOf(resources, "redis"));
            Assert.All((string[])["api", "worker", "web"], name => Assert.Equal("project.v0", TypeOf(resources, name)));
            Assert.False(resources.TryGetProperty("sandbox", out _), "The sandbox is for development only.");
            Assert.DoesNotContain("sandbox.bindings", resources.GetRawText(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<JsonElement> PublishAsync(string manifest)
    {
        // The setting Stores is for a run: nothing of this machine gets into a manifest.
        var output = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)); // …/bin/Forge.IntegrationTests/debug
        var program = Path.Combine(output.Parent!.Parent!.FullName, "Forge.AppHost", output.Name, "Forge.AppHost.dll");
        var start = new ProcessStartInfo("dotnet", [program, "--operation", "publish", "--publisher", "manifest", "--output-path", manifest, "--Stores=native"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync(Cancelled);
        var error = process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        Assert.True(process.ExitCode == 0, await said + await error);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(manifest, Cancelled));
        return document.RootElement.GetProperty("resources").Clone();
    }

    private static string? TypeOf(JsonElement resources, string name) => resources.GetProperty(name).GetProperty("type").GetString();
}
