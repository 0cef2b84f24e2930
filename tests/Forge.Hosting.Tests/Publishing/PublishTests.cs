using System.Text.Json;

namespace Forge.Hosting.Tests.Publishing;

public sealed class PublishTests
{
    [Fact]
    public async Task AManifest_KnowsNothingOfNativeServers()
    {
        using var folder = new TestFolder();
        await using var app = new TestApp(folder, "--operation", "publish", "--publisher", "manifest", "--output-path", folder["manifest.json"]);
        Assert.True(app.Builder.ExecutionContext.IsPublishMode);
        app.Builder.AddOrderedStop();
        app.Mark(app.Builder.AddNativePostgres("postgres")).WithRestartPolicy().AddDatabase("orders");
        app.Mark(app.Builder.AddNativeRedis("redis")).WithRestartPolicy();
        app.AddProgram("api").WithRestartPolicy().WithStopTime(TimeSpan.FromSeconds(1));

        await app.RunAsync();

        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(folder["manifest.json"], app.Cancellation));
        var resources = manifest.RootElement.GetProperty("resources").EnumerateObject().ToDictionary(resource => resource.Name, resource => resource.Value);
        Assert.DoesNotContain("postgres", resources.Keys);
        Assert.DoesNotContain("orders", resources.Keys);
        Assert.DoesNotContain("redis", resources.Keys);
        Assert.Equal("project.v0", resources["api"].GetProperty("type").GetString());
        Assert.Empty(app.Journal);
        Assert.Empty(app.Marker.Processes);
    }
}
