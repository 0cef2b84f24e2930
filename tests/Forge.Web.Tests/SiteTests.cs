using System.Net;
using System.Text.RegularExpressions;
using Forge.Contracts;

namespace Forge.Web.Tests;

public sealed partial class SiteTests
{
    [Fact]
    public async Task Home_ExplainsTheThreeLanesAndTheRule()
    {
        await using var web = new WebFixture();

        var home = await web.OpenBrowser().GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, home.Status);
        Assert.All(["Request", "Post-response", "Durable"], lane => Assert.Contains($"<h2>{lane}</h2>", home.Text, StringComparison.Ordinal));
        Assert.Contains("Does losing this task cause a business impact?", home.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/accounts/register")]
    [InlineData("/nowhere")]
    public async Task Page_LoadsNothingFromElsewhereAndRunsNothingInline(string path)
    {
        await using var web = new WebFixture();

        var page = await web.OpenBrowser().GetAsync(path);

        Assert.StartsWith("default-src 'self'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", page.Headers["X-Frame-Options"]);
        Assert.DoesNotMatch(InlineOrForeign(), page.Html);
    }

    [Theory]
    [InlineData("/forge.css")]
    [InlineData("/follow.js")]
    [InlineData("/journey.css")]
    [InlineData("/favicon.svg")]
    public async Task Asset_IsServed(string path)
    {
        await using var web = new WebFixture();

        Assert.Equal(HttpStatusCode.OK, (await web.OpenBrowser().GetAsync(path)).Status);
    }

    [Fact]
    public async Task Page_WhenTheApiIsDown_SaysWhatToDo()
    {
        await using var web = new WebFixture();
        web.Api.IsDown("GET /forge/jobs");
        var browser = await web.SignInAsync();

        var page = await browser.GetAsync("/jobs");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("The API is not answering", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'self'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers["X-Content-Type-Options"]);
    }

    [Fact]
    public async Task Page_WhenTheApiFails_IsABadGateway()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem("GET /forge/jobs", HttpStatusCode.InternalServerError, new { status = 500 });
        var browser = await web.SignInAsync();

        Assert.Equal(HttpStatusCode.BadGateway, (await browser.GetAsync("/jobs")).Status);
    }

    [Fact]
    public async Task Page_WhenTheApiFailsOnce_IsReadAgainUnseen()
    {
        await using var web = new WebFixture();
        var calls = 0;
        web.Api.On("GET /forge/jobs", _ => Interlocked.Increment(ref calls) == 1
            ? throw new HttpRequestException("Connection reset")
            : FakeApi.Json(HttpStatusCode.OK, new Page<JobResponse>([], null)));
        var browser = await web.SignInAsync();

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/jobs")).Status);
    }

    /// <summary>The API has waited for its database before it says that; another try would only make the browser wait as long again.</summary>
    [Fact]
    public async Task Page_WhenTheApiSaysWhenToComeAgain_SaysSoAtOnce()
    {
        await using var web = new WebFixture();
        var calls = 0;
        web.Api.On("GET /forge/jobs", _ =>
        {
            Interlocked.Increment(ref calls);
            var answer = FakeApi.Json(HttpStatusCode.ServiceUnavailable, new { status = 503, title = "The database does not answer." });
            answer.Headers.Add("Retry-After", "5");
            return answer;
        });
        var browser = await web.SignInAsync();

        var page = await browser.GetAsync("/jobs");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Equal("5", page.Headers["Retry-After"]);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Form_WhenTheApiIsDown_SaysWhatToDo()
    {
        await using var web = new WebFixture();
        web.Api.IsDown("POST /forge/login");

        var page = await web.OpenBrowser().SubmitAsync("/accounts/signin", new() { ["Input.Email"] = "a@b.c", ["Input.Password"] = "x" });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("The API is not answering", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    public async Task Health_DoesNotAskTheApi(string path)
    {
        await using var web = new WebFixture();

        var health = await web.OpenBrowser().GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, health.Status);
        Assert.Empty(web.Api.Requests);
    }

    [GeneratedRegex("""<script(?![^>]*\ssrc="/)|<style|\sstyle="|\son[a-z]+="|(?:src|href)="(?:https?:)?//""")]
    private static partial Regex InlineOrForeign();
}
