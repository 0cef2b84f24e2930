using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Aspire.Dashboard.Tests.Resources;

public sealed partial class ConsoleLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_ComeAsPlainTextAndStyledPieces_WithTimeAndErrors()
    {
        await using var dashboard = await Zoo.StartAsync();
        using var script = dashboard.CreateScript();

        var lines = await ReadUntilAsync(script, "/api/resources/api/console", "ready");

        var first = lines[0];
        Assert.Equal("info: Forge.Api[14] Now listening on http://localhost:5200", first.GetProperty("text").GetString());
        Assert.Equal(["green", null, "bold"], first.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetProperty("style").GetString()));
        Assert.InRange(first.GetProperty("at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
        Assert.Equal("a link and no clearing", lines[3].GetProperty("text").GetString());
        Assert.False(lines[2].TryGetProperty("pieces", out _));
        Assert.Contains(lines, line => line.GetProperty("isError").GetBoolean() && line.GetProperty("text").GetString() == "fail: it broke");
    }

    [Fact]
    public async Task Lines_GoOnAfterTheLastThatABrowserHas()
    {
        await using var dashboard = await Zoo.StartAsync();
        using var script = dashboard.CreateScript();
        var all = await ReadUntilAsync(script, "/api/resources/api/console", "ready");

        var byAddress = await ReadUntilAsync(script, "/api/resources/api/console?after=4", "ready");
        script.DefaultRequestHeaders.Add("Last-Event-ID", "7");
        var byHeader = await ReadUntilAsync(script, "/api/resources/api/console?after=4", "ready");

        Assert.Equal((all.Count - 4, 5), (byAddress.Count, byAddress[0].GetProperty("number").GetInt32()));
        Assert.Equal((all.Count - 7, 8), (byHeader.Count, byHeader[0].GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task KeptLines_AreBounded_AndComeInBatches()
    {
        await using var dashboard = await DashboardApp.StartAsync(Zoo.Describe);
        var logger = dashboard.Output().GetLogger("store");
        for (var number = 1; number <= 12_000; number++)
        {
            logger.LogInformation("line {Number}", number);
        }

        using var script = dashboard.CreateScript();
        var lines = await ReadUntilAsync(script, "/api/resources/store/console", "line 12000");
        Assert.Equal((10_000, "line 2001"), (lines.Count, lines[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task VeryLongLine_IsCut()
    {
        await using var dashboard = await DashboardApp.StartAsync(Zoo.Describe);
        dashboard.Output().GetLogger("store").LogInformation("{Text}", new string('x', 1_000_000) + "end");
        dashboard.Output().GetLogger("store").LogInformation("after");
        using var script = dashboard.CreateScript();

        var lines = await ReadUntilAsync(script, "/api/resources/store/console", "after");

        Assert.InRange(lines[^2].GetProperty("text").GetString()!.Length, 16_384, 16_500);
        Assert.Contains("xend\nafter\n", await script.GetStringAsync("/api/resources/store/console.log", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_IsPlainText_WithTimesOnDemand()
    {
        await using var dashboard = await Zoo.StartAsync();
        using var script = dashboard.CreateScript();
        await ReadUntilAsync(script, "/api/resources/api/console", "ready");

        using var answer = await script.GetAsync("/api/resources/api/console.log", Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal(("text/plain", "attachment", "api.log"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType, answer.Content.Headers.ContentDisposition?.FileName));
        Assert.StartsWith("info: Forge.Api[14] Now listening on http://localhost:5200\nwarn: the pool", text, StringComparison.Ordinal);
        Assert.Contains(Zoo.Attack, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);

        var timed = await script.GetStringAsync("/api/resources/api/console.log?timestamps=true", Token);
        Assert.All(timed.TrimEnd('\n').Split('\n'), line => Assert.Matches(TimedLine, line));
        Assert.Equal("", await script.GetStringAsync("/api/resources/store/console.log", Token));
        Assert.Equal(HttpStatusCode.NotFound, (await script.GetAsync("/api/resources/nobody/console.log", Token)).StatusCode);
        using var stranger = dashboard.CreateBrowser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/resources/api/console.log", Token)).StatusCode);
    }

    private static async Task<List<JsonElement>> ReadUntilAsync(HttpClient client, string path, string text)
    {
        using var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(Token);
        var lines = new List<JsonElement>();
        await foreach (var batch in SseParser.Create(stream).EnumerateAsync(Token))
        {
            using var document = JsonDocument.Parse(batch.Data);
            Assert.InRange(document.RootElement.GetArrayLength(), 0, 500);
            lines.AddRange(document.RootElement.EnumerateArray().Select(line => line.Clone()));
            if (lines.Any(line => line.GetProperty("text").GetString() == text))
            {
                return lines;
            }
        }

        throw new InvalidOperationException($"The output ended without '{text}'.");
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")]
    private static partial Regex TimedLine { get; }
}
