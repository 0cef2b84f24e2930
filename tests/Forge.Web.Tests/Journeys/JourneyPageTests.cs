using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text.RegularExpressions;
using Forge.Contracts;

namespace Forge.Web.Tests.Journeys;

public sealed class JourneyPageTests
{
    private const string Job = "0199f2a4-1111-7222-8333-444455556666";

    [Theory]
    [InlineData(FakeDashboard.Request)]
    [InlineData(FakeDashboard.Task)]
    [InlineData(FakeDashboard.SecondAttempt)]
    public async Task Journey_FromAnyOfItsTraces_ShowsTheRequestAndWhatCameOfIt(string traceId)
    {
        await using var web = new WebFixture();
        _ = Tell(web, isAdmin: true);

        var page = await OpenAsync(web, traceId);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        AssertInOrder(
            page, "POST /forge/payments</h1>", "14.1 ms", "1.93 s",
            "POST /forge/payments</a>", "Response sent", "post-response POST /forge/payments</a>", "payment.capture</a>",
            "send payments payment.capture", "INSERT payments", "COMMIT", "task count-payment",
            $"href=\"/jobs/{Job}\"", "Waiting to start", "Attempt 1", "The gateway answered <503>", "Waiting for attempt 2", "1.06 s", "Attempt 2", "INSERT ledger");
        Assert.DoesNotMatch("secret of a driver|no longer keeps|no attempt has|not drawn|newest spans|<503>", page.Html);
    }

    [Fact]
    public async Task Journey_ThatIsNotWhole_SaysWhatIsMissing()
    {
        await using var web = new WebFixture();
        var dashboard = Tell(web, isAdmin: true);

        dashboard.Forgotten.Add(FakeDashboard.Request);
        AssertInOrder(await OpenAsync(web, FakeDashboard.Task), "no longer keeps the request itself", "post-response POST /forge/payments", "Attempt 2");

        dashboard.Forgotten.Clear();
        dashboard.Forgotten.UnionWith([FakeDashboard.FirstAttempt, FakeDashboard.SecondAttempt]);
        AssertInOrder(await OpenAsync(web), "send payments payment.capture", "no attempt has ended yet");

        dashboard.Repeat("INSERT payments", 700);
        dashboard.Unsent = 1;
        AssertInOrder(await OpenAsync(web), "These are the newest spans", "Response sent", "104 more spans are not drawn", "post-response POST /forge/payments");
    }

    [Theory]
    [InlineData(true, "another", false, HttpStatusCode.OK)]
    [InlineData(false, FakeDashboard.Request, false, HttpStatusCode.OK)]
    [InlineData(false, "another", false, HttpStatusCode.NotFound)]
    [InlineData(false, null, false, HttpStatusCode.NotFound)]
    [InlineData(false, FakeDashboard.Request, true, HttpStatusCode.NotFound)]
    public async Task Journey_IsForAdministrators_AndForTheUserWhoseJobTheApiSaysItIs(bool isAdmin, string? traceOfJob, bool isWithoutJob, HttpStatusCode expected)
    {
        await using var web = new WebFixture();
        var dashboard = Tell(web, isAdmin);
        dashboard.Forgotten.UnionWith(isWithoutJob ? [FakeDashboard.Request, FakeDashboard.FirstAttempt, FakeDashboard.SecondAttempt] : []);
        web.Api.On($"GET /forge/jobs/{Job}", _ => traceOfJob is null
            ? new HttpResponseMessage(HttpStatusCode.NotFound)
            : FakeApi.Json(HttpStatusCode.OK, Samples.Job("completed") with { TraceId = traceOfJob }));

        var page = await OpenAsync(web, FakeDashboard.Task);

        Assert.Equal(expected, page.Status);
        Assert.Equal(expected == HttpStatusCode.OK, page.Text.Contains("task count-payment", StringComparison.Ordinal));
        Assert.Equal(expected != HttpStatusCode.OK, page.Text.Contains("There is no such journey", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("unknown", HttpStatusCode.NotFound, "The dashboard keeps nothing of this trace")]
    [InlineData("no trace id", HttpStatusCode.NotFound, "The dashboard keeps nothing of this trace")]
    [InlineData("not configured", HttpStatusCode.NotFound, "set Dashboard:Url")]
    [InlineData("down", HttpStatusCode.ServiceUnavailable, "The dashboard is not answering")]
    [InlineData("500", HttpStatusCode.ServiceUnavailable, "The dashboard is not answering")]
    [InlineData("hangs", HttpStatusCode.ServiceUnavailable, "The dashboard is not answering")]
    [InlineData("wrong key", HttpStatusCode.BadGateway, "The dashboard refuses the key")]
    [InlineData("302", HttpStatusCode.BadGateway, "Check that Dashboard:Url")]
    [InlineData("404", HttpStatusCode.BadGateway, "Check that Dashboard:Url")]
    [InlineData("html", HttpStatusCode.BadGateway, "Check that Dashboard:Url")]
    [InlineData("large", HttpStatusCode.BadGateway, "more than 8 MB of spans")]
    public async Task Journey_WithoutSpans_SaysWhyAndWhatToDo(string fault, HttpStatusCode status, string words)
    {
        await using var web = new WebFixture
        {
            Settings =
            {
                ["Dashboard:Url"] = fault == "not configured" ? "" : "http://dashboard",
                ["Dashboard:ApiKey"] = fault == "wrong key" ? "another" : FakeDashboard.Key,
                ["Dashboard:TimeLimit"] = fault == "hangs" ? "00:00:00.3" : "00:00:30",
            },
        };
        Tell(web, isAdmin: true).Forgotten.Add(FakeDashboard.Request);
        if (fault is "down" or "hangs" or "html" or "large" or "302" or "404" or "500")
        {
            web.Api.On("GET /api/telemetry/spans", _ => fault switch
            {
                "down" => throw new HttpRequestException("Connection refused"),
                "hangs" => new() { Content = new StreamContent(new Pipe().Reader.AsStream()) },
                "html" => new() { Content = new StringContent("<html>") },
                "large" => new() { Content = new ByteArrayContent(new byte[9 * 1024 * 1024]) },
                _ => new((HttpStatusCode)int.Parse(fault, CultureInfo.InvariantCulture)),
            });
        }

        var page = await OpenAsync(web, fault == "unknown" ? new string('f', 32) : fault == "no trace id" ? "no-id" : FakeDashboard.Request);

        Assert.Equal(status, page.Status);
        Assert.Contains(words, page.Text, StringComparison.Ordinal);
        Assert.Equal(status == HttpStatusCode.ServiceUnavailable, page.Headers.ContainsKey("Retry-After"));
        Assert.DoesNotContain("Exception", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Journey_IsReachedFromItsJob_ByWhoIsSignedIn()
    {
        await using var web = new WebFixture();
        web.Api.On($"GET /forge/jobs/{Job}", HttpStatusCode.OK, Samples.Job("completed") with { TraceId = FakeDashboard.Request });
        const string Path = $"/journeys/{FakeDashboard.Request}";

        Assert.Contains($"href=\"{Path}\"", (await (await web.SignInAsync()).GetAsync($"/jobs/{Job}")).Text, StringComparison.Ordinal);
        Assert.Contains("/accounts/signin", (await web.OpenBrowser().GetAsync(Path)).Location, StringComparison.Ordinal);
    }

    internal static FakeDashboard Tell(WebFixture web, bool isAdmin)
    {
        web.Api.On("GET /forge/users/me", HttpStatusCode.OK, new UserResponse(Guid.NewGuid(), "ada@example.com", "Ada", isAdmin, DateTimeOffset.UnixEpoch));
        return new FakeDashboard(web.Api);
    }

    private static async Task<BrowserPage> OpenAsync(WebFixture web, string traceId = FakeDashboard.Request) =>
        await (await web.SignInAsync()).GetAsync($"/journeys/{traceId}");

    private static void AssertInOrder(BrowserPage page, params string[] words) =>
        Assert.Matches(new Regex(string.Join(".*", words.Select(Regex.Escape)), RegexOptions.Singleline), page.Text);
}
