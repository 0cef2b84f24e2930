using System.Net;
using Forge.Contracts;

namespace Forge.Web.Tests.Accounts;

public sealed class SessionTests
{
    private const string Login = "POST /forge/login";
    private const string Refresh = "POST /forge/refresh";
    private const string Jobs = "GET /forge/jobs";

    [Theory]
    [InlineData("/jobs")]
    [InlineData("/reports/new")]
    [InlineData("/jobs/0f8fad5b-d9cb-469f-a165-70867728950e/result")]
    public async Task Page_WhenSignedOut_AsksToSignInAndComesBack(string path)
    {
        await using var web = new WebFixture();

        var answer = await web.OpenBrowser().GetAsync(path);

        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        Assert.EndsWith($"/accounts/signin?returnUrl={Uri.EscapeDataString(path)}", answer.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/reports/new", "/reports/new")]
    [InlineData("https://evil.example/", "/jobs")]
    [InlineData("//evil.example/", "/jobs")]
    [InlineData("/\\evil.example/", "/jobs")]
    [InlineData("javascript:alert(1)", "/jobs")]
    public async Task SignIn_WithReturnUrl_NeverLeavesTheSite(string returnUrl, string destination)
    {
        await using var web = new WebFixture();
        web.Api.On(Login, HttpStatusCode.OK, WebFixture.Tokens("access-1", "refresh-1"));

        var answer = await web.OpenBrowser().SubmitAsync($"/accounts/signin?returnUrl={Uri.EscapeDataString(returnUrl)}", SignInForm());

        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        Assert.Equal(destination, answer.Location);
    }

    [Fact]
    public async Task SignIn_WhenRefused_SaysSoAndSetsNoSession()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Login, HttpStatusCode.Unauthorized, new { status = 401 });

        var answer = await web.OpenBrowser().SubmitAsync("/accounts/signin", SignInForm());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("There is no account with this email address and password.", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("forge.session=", answer.Headers.GetValueOrDefault("Set-Cookie", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_WhenTooManyFailed_ShowsTheApisAdvice()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Login, HttpStatusCode.TooManyRequests, new { status = 429, detail = "Wait a minute." });

        var answer = await web.OpenBrowser().SubmitAsync("/accounts/signin", SignInForm());

        Assert.Contains("Wait a minute.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_WhenAccepted_KeepsTheTokensWhereNoScriptReadsThem()
    {
        await using var web = new WebFixture();
        web.Api.On(Login, HttpStatusCode.OK, WebFixture.Tokens("access-1", "refresh-1"));

        var answer = await web.OpenBrowser().SubmitAsync("/accounts/signin", SignInForm());

        var cookie = answer.Headers["Set-Cookie"].Split('\n').Single(cookie => cookie.StartsWith("forge.session=", StringComparison.Ordinal));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("access-1", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_CallsTheApiAsItsUserFromTheirAddress()
    {
        await using var web = new WebFixture();
        web.Api.On(Jobs, HttpStatusCode.OK, new Page<JobResponse>([], null));
        var browser = await web.SignInAsync("access-1");

        await browser.GetAsync("/jobs");

        Assert.Equal("Bearer access-1", web.Api.Last(Jobs).Authorization);
        Assert.Equal(WebFixture.BrowserAddress, web.Api.Last(Jobs).ForwardedFor);
        Assert.Null(web.Api.Last(Login).Authorization);
    }

    [Fact]
    public async Task Session_WhenItsTokenIsAboutToExpire_IsRenewedOnce()
    {
        await using var web = new WebFixture();
        web.Api.On(Jobs, HttpStatusCode.OK, new Page<JobResponse>([], null));
        web.Api.On(Refresh, HttpStatusCode.OK, WebFixture.Tokens("access-2", "refresh-2"));
        var browser = await web.SignInAsync("access-1");

        web.Clock.Advance(TimeSpan.FromMinutes(59));
        await browser.GetAsync("/jobs");
        await browser.GetAsync("/jobs");

        Assert.Equal("refresh-1", Assert.Single(web.Api.Requests, request => request.Route == Refresh).Json.GetProperty("refreshToken").GetString());
        Assert.All(web.Api.Requests.Where(request => request.Route == Jobs), request => Assert.Equal("Bearer access-2", request.Authorization));
    }

    [Fact]
    public async Task Session_WhenItsRenewalIsRefused_EndsAndAsksToSignIn()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Refresh, HttpStatusCode.Unauthorized, new { status = 401 });
        var browser = await web.SignInAsync();

        web.Clock.Advance(TimeSpan.FromHours(2));
        var answer = await browser.GetAsync("/jobs");
        var home = await browser.GetAsync("/");

        Assert.EndsWith("/accounts/signin?returnUrl=%2Fjobs", answer.Location, StringComparison.Ordinal);
        Assert.DoesNotContain("Sign out", home.Text, StringComparison.Ordinal);
        Assert.Single(web.Api.Requests, request => request.Route == Refresh);
    }

    [Fact]
    public async Task Session_WhenTheApiIsDownForTheRenewal_StaysAndSaysThatTheApiIsDown()
    {
        await using var web = new WebFixture();
        web.Api.IsDown(Refresh);
        web.Api.IsDown(Jobs);
        var browser = await web.SignInAsync();

        web.Clock.Advance(TimeSpan.FromHours(2));
        var answer = await browser.GetAsync("/jobs");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Contains("Sign out", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_WhenTheApiNoLongerAcceptsItsToken_EndsAndAsksToSignIn()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Jobs, HttpStatusCode.Unauthorized, new { status = 401 });
        var browser = await web.SignInAsync();

        var answer = await browser.GetAsync("/jobs?state=running");
        var home = await browser.GetAsync("/");

        Assert.Equal("/accounts/signin?returnUrl=%2Fjobs%3Fstate%3Drunning", answer.Location);
        Assert.DoesNotContain("Sign out", home.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignOut_EndsTheSession()
    {
        await using var web = new WebFixture();
        var browser = await web.SignInAsync();

        var answer = await browser.SubmitAsync("/", [], action: "/accounts/signout");
        var jobs = await browser.GetAsync("/jobs");

        Assert.Equal("/", answer.Location);
        Assert.EndsWith("/accounts/signin?returnUrl=%2Fjobs", jobs.Location, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> SignInForm() => new() { ["Input.Email"] = "ada@example.com", ["Input.Password"] = "correct horse" };
}
