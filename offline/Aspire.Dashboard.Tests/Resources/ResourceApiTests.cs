using System.Net.ServerSentEvents;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Tests.Resources;

public sealed class ResourceApiTests
{
    private const string Secret = "s3cret/with+signs";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Resources_ShowStateAndEnvironment_ButNoSecret()
    {
        await using var dashboard = await DashboardApp.StartAsync(Describe);
        await dashboard.App.ResourceNotifications.WaitForResourceHealthyAsync("store", Token);
        using var script = dashboard.CreateScript();
        var text = await script.GetStringAsync("/api/resources", Token);

        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(Secret), text, StringComparison.Ordinal);
        Assert.DoesNotContain("aspire-dashboard", text, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        var store = document.RootElement.EnumerateArray().Single(resource => resource.GetProperty("id").GetString() == "store");
        Assert.Equal(("Running", "Healthy"), (store.GetProperty("state").GetString(), store.GetProperty("health").GetString()));
        var environment = store.GetProperty("environment").EnumerateArray().ToDictionary(variable => variable.GetProperty("name").GetString()!, variable => variable.GetProperty("value").GetString());
        Assert.Equal("plain", environment["COLOR"]);
        Assert.Null(environment["PASSPHRASE"]);
        Assert.Null(environment["ADDRESS"]);
        Assert.Contains(store.GetProperty("commands").EnumerateArray(), command => command.GetProperty("name").GetString() == "stop" && command.GetProperty("isEnabled").GetBoolean());
    }

    [Fact]
    public async Task Stop_StopsTheResource_AndChangesSaySo()
    {
        await using var dashboard = await DashboardApp.StartAsync(Describe);
        await dashboard.App.ResourceNotifications.WaitForResourceHealthyAsync("store", Token);
        using var script = dashboard.CreateScript();
        await using var stream = await script.GetStreamAsync("/api/changes", Token);
        var changes = SseParser.Create(stream).EnumerateAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(("change", "connected"), (changes.Current.EventType, changes.Current.Data));

        using var answer = await script.PostAsync("/api/resources/store/commands/stop", content: null, Token);
        answer.EnsureSuccessStatusCode();
        await dashboard.App.ResourceNotifications.WaitForResourceAsync("store", "Finished", Token);
        Assert.True(await changes.MoveNextAsync());
        Assert.Contains("resources", changes.Current.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_GivesTheLinesThatWere_AndThoseThatCome()
    {
        await using var dashboard = await DashboardApp.StartAsync(Describe);
        using var script = dashboard.CreateScript();
        await using var stream = await script.GetStreamAsync("/api/resources/store/console", Token);
        var lines = new List<string?>();
        await foreach (var batch in SseParser.Create(stream).EnumerateAsync(Token))
        {
            using var document = JsonDocument.Parse(batch.Data);
            lines.AddRange(document.RootElement.EnumerateArray().Select(line => line.GetProperty("text").GetString()));
            if (lines.Contains("second"))
            {
                break;
            }
        }

        Assert.Equal(["first", "second"], lines);
    }

    [Fact]
    public async Task Changes_WhenTheAppHostStops_EndLikeAnyAnswer()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var script = dashboard.CreateScript();
        await using var stream = await script.GetStreamAsync("/api/changes", Token);
        await dashboard.App.StopAsync(Token);

        // A stream that was cut off throws here.
        using var reader = new StreamReader(stream);
        Assert.Contains("connected", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    private static void Describe(IDistributedApplicationBuilder builder)
    {
        var secret = builder.AddParameter("passphrase", Secret, secret: true);
        builder.AddExecutable("store", "sh", ".", "-c", "echo first; echo second; exec sleep 600")
            .WithEnvironment("COLOR", "plain")
            .WithEnvironment("PASSPHRASE", secret)
            .WithEnvironment("ADDRESS", ReferenceExpression.Create($"store://user:{secret.Resource:uri}@localhost"));
    }
}
