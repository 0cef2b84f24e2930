using System.Net;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Tests.Access;

public sealed partial class AccessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/traces?lane=durable")]
    public async Task Pages_WithoutLogin_LeadToTheLoginPage(string path)
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var browser = dashboard.CreateBrowser();
        using var answer = await browser.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal($"/login?returnUrl={Uri.EscapeDataString(path)}", answer.Headers.Location?.PathAndQuery);
    }

    [Theory]
    [InlineData("/api/telemetry/traces")]
    [InlineData("/api/telemetry/logs")]
    [InlineData("/api/journeys/00000000000000000000000000000001")]
    [InlineData("/api/resources")]
    [InlineData("/api/changes")]
    public async Task Json_WithoutKeyOrLogin_IsUnauthorized(string path)
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var browser = dashboard.CreateBrowser();
        using var none = await browser.GetAsync(path, Token);
        browser.DefaultRequestHeaders.Add("X-API-Key", DashboardApp.OtlpKey);
        using var wrong = await browser.GetAsync(path, Token);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (none.StatusCode, wrong.StatusCode));
    }

    [Fact]
    public async Task LoginLink_LetsOneBrowserIn_AndIsThenReplaced()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        var link = dashboard.LoginUrl;
        Assert.Matches($"^{Regex.Escape(dashboard.FrontendUrl.GetLeftPart(UriPartial.Authority))}/login\\?t=[0-9a-f]{{32}}$", link);

        using var first = dashboard.CreateBrowser();
        using var answer = await first.GetAsync(link, Token);
        Assert.Equal((HttpStatusCode.Redirect, "/"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/", Token)).StatusCode);

        using var second = dashboard.CreateBrowser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync(link, Token)).StatusCode);
        Assert.NotEqual(link, dashboard.LoginUrl);
        Assert.Equal(HttpStatusCode.Redirect, (await second.GetAsync(dashboard.LoginUrl, Token)).StatusCode);
    }

    [Fact]
    public async Task LoginLink_WhenTheTokenIsConfigured_Stays()
    {
        await using var dashboard = await DashboardApp.StartAsync("--ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN=known-beforehand");
        for (var i = 0; i < 2; i++)
        {
            using var browser = dashboard.CreateBrowser();
            Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/login?t=known-beforehand", Token)).StatusCode);
        }
    }

    [Fact]
    public async Task Login_LeadsOnlyToThisSite()
    {
        await using var dashboard = await DashboardApp.StartAsync("--ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN=t");
        foreach (var (returnUrl, expected) in ((string, string)[])[("/traces", "/traces"), ("https://evil.example/", "/"), ("//evil.example", "/")])
        {
            using var browser = dashboard.CreateBrowser();
            using var answer = await browser.GetAsync($"/login?t=t&returnUrl={Uri.EscapeDataString(returnUrl)}", Token);
            Assert.Equal(expected, answer.Headers.Location?.OriginalString);
        }
    }

    [Fact]
    public async Task AnotherHostName_IsRefused()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var script = dashboard.CreateScript();
        script.DefaultRequestHeaders.Host = "rebound.example";
        Assert.Equal(HttpStatusCode.BadRequest, (await script.GetAsync("/api/telemetry/traces", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await script.GetAsync("/login", Token)).StatusCode);
    }

    [Fact]
    public async Task Pages_LoadNothingFromOutside_AndAreNotFramed()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var browser = await dashboard.LoginAsync();
        using var page = await browser.GetAsync("/", Token);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/dashboard.css", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/dashboard.js", Token)).StatusCode);
    }

    [Fact]
    public async Task ACommand_NeedsTheTokenOfAPage_OrTheKey()
    {
        var calls = 0;
        await using var dashboard = await DashboardApp.StartAsync(builder => builder.AddExecutable("sleeper", "sleep", ".", "600")
            .WithCommand("count", "Count", _ => Task.FromResult(Interlocked.Increment(ref calls) > 0 ? CommandResults.Success() : CommandResults.Failure())));
        await dashboard.App.ResourceNotifications.WaitForResourceAsync("sleeper", "Running", Token);
        const string Command = "/api/resources/sleeper/commands/count";

        using var stranger = dashboard.CreateBrowser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsync(Command, content: null, Token)).StatusCode);

        using var browser = await dashboard.LoginAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(Command, content: null, Token)).StatusCode);
        Assert.Equal(0, calls);

        var page = await browser.GetStringAsync("/", Token);
        browser.DefaultRequestHeaders.Add("RequestVerificationToken", AntiforgeryToken.Match(page).Groups[1].Value);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync(Command, content: null, Token)).StatusCode);
        Assert.Equal(1, calls);

        using var script = dashboard.CreateScript();
        Assert.Equal(HttpStatusCode.OK, (await script.PostAsync(Command, content: null, Token)).StatusCode);
        Assert.Equal(2, calls);
        Assert.Equal(HttpStatusCode.Conflict, (await script.PostAsync("/api/resources/sleeper/commands/start", content: null, Token)).StatusCode);
    }

    [Fact]
    public async Task UnderTest_ThereIsNoDashboard_UnlessAskedFor()
    {
        await using var builder = Aspire.Hosting.Testing.DistributedApplicationTestingBuilder.Create("--ASPNETCORE_URLS=http://localhost:15100", "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:15101");
        Assert.DoesNotContain(builder.Resources, resource => resource.Name == "aspire-dashboard");
    }

    [GeneratedRegex("<meta name=\"antiforgery\" content=\"([^\"]+)\">")]
    private static partial Regex AntiforgeryToken { get; }
}
