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

        var lines = await ReadAllOfApiAsync(script, "/api/resources/api/console");

        // Which of output and errors is read first is not known; each is in order.
        var output = lines.Where(line => !line.GetProperty("isError").GetBoolean()).ToList();
        Assert.Equal("info: Forge.Api[14] Now listening on http://localhost:5200", TextOf(output[0]));
        Assert.Equal(["green", null, "bold"], output[0].GetProperty("pieces").EnumerateArray().Select(piece => piece.GetProperty("style").GetString()));
        Assert.InRange(output[0].GetProperty("at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
        Assert.Equal("a link and no clearing", TextOf(output[3]));
        Assert.False(output[2].TryGetProperty("pieces", out _));
        Assert.Equal("fail: it broke", TextOf(lines.Except(output).First()));
    }

    [Fact]
    public async Task Lines_GoOnAfterTheLastThatABrowserHas()
    {
        await using var dashboard = await Zoo.StartAsync();
        using var script = dashboard.CreateScript();
        await ReadAllOfApiAsync(script, "/api/resources/api/console");

        var byAddress = await ReadAllOfApiAsync(script, "/api/resources/api/console?after=4");
        script.DefaultRequestHeaders.Add("Last-Event-ID", "7");
        var byHeader = await ReadAllOfApiAsync(script, "/api/resources/api/console?after=4");

        Assert.Equal([5, 6, 7, 8, 9, 10], byAddress.Select(line => line.GetProperty("number").GetInt32()));
        Assert.Equal([8, 9, 10], byHeader.Select(line => line.GetProperty("number").GetInt32()));
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
        Assert.Equal((10_000, "line 2001"), (lines.Count, TextOf(lines[0])));
    }

    [Fact]
    public async Task VeryLongLine_IsCut()
    {
        await using var dashboard = await DashboardApp.StartAsync(Zoo.Describe);
        dashboard.Output().GetLogger("store").LogInformation("{Text}", new string('x', 1_000_000) + "end");
        dashboard.Output().GetLogger("store").LogInformation("after");
        using var script = dashboard.CreateScript();

        var lines = await ReadUntilAsync(script, "/api/resources/store/console", "after");

        Assert.InRange(TextOf(lines[^2])!.Length, 16_384, 16_500);
        Assert.Contains("xend\nafter\n", await script.GetStringAsync("/api/resources/store/console.log", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_IsPlainText_WithTimesOnDemand()
    {
        await using var dashboard = await Zoo.StartAsync();
        using var script = dashboard.CreateScript();
        await ReadAllOfApiAsync(script, "/api/resources/api/console");

        using var answer = await script.GetAsync("/api/resources/api/console.log", Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal(("text/plain", "attachment", "api.log"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType, answer.Content.Headers.ContentDisposition?.FileName));
        Assert.Equal(Zoo.LineCount, text.Count(character => character == '\n'));
        Assert.Contains("info: Forge.Api[14] Now listening on http://localhost:5200\n", text, StringComparison.Ordinal);
        Assert.Contains(Zoo.Attack, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);

        var timed = await script.GetStringAsync("/api/resources/api/console.log?timestamps=true", Token);
        Assert.All(timed.TrimEnd('\n').Split('\n'), line => Assert.Matches(TimedLine, line));
        Assert.Equal("", await script.GetStringAsync("/api/resources/store/console.log", Token));
        Assert.Equal(HttpStatusCode.NotFound, (await script.GetAsync("/api/resources/nobody/console.log", Token)).StatusCode);
        using var stranger = dashboard.CreateBrowser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/resources/api/console.log", Token)).StatusCode);
    }

    private static Task<List<JsonElement>> ReadUntilAsync(HttpClient client, string path, string text) =>
        ReadAsync(client, path, lines => lines.Any(line => TextOf(line) == text));

    private static Task<List<JsonElement>> ReadAllOfApiAsync(HttpClient client, string path) =>
        ReadAsync(client, path, lines => lines is [.., var last] && last.GetProperty("number").GetInt32() == Zoo.LineCount);

    private static string? TextOf(JsonElement line) => line.GetProperty("text").GetString();

    private static async Task<List<JsonElement>> ReadAsync(HttpClient client, string path, Func<List<JsonElement>, bool> isEnough)
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
            if (isEnough(lines))
            {
                return lines;
            }
        }

        throw new InvalidOperationException($"The output ended after {lines.Count} lines.");
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")]
    private static partial Regex TimedLine { get; }
}
