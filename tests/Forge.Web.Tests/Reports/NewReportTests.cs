using System.Net;

namespace Forge.Web.Tests.Reports;

public sealed class NewReportTests
{
    private const string Path = "/reports/new";
    private const string Route = "POST /forge/jobs";

    [Fact]
    public async Task Report_WhenSubmitted_IsEnqueuedAndItsJobShown()
    {
        await using var web = new WebFixture();
        var job = Samples.Job("available");
        web.Api.On(Route, HttpStatusCode.Accepted, job);
        var browser = await web.SignInAsync("access-1");

        var answer = await browser.SubmitAsync(Path, Form("q3-sales", "40"));

        Assert.Equal($"/jobs/{job.Id}", answer.Location);
        var sent = web.Api.Last(Route);
        Assert.Equal("Bearer access-1", sent.Authorization);
        Assert.Equal("report.generate", sent.Json.GetProperty("kind").GetString());
        Assert.Equal("""{"reportId":"q3-sales","pages":40}""", sent.Json.GetProperty("payload").GetRawText());
    }

    [Fact]
    public async Task Report_WhenTheApiRefusesAField_ShowsItsWordsAtTheField()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Route, HttpStatusCode.BadRequest, new
        {
            status = 400,
            errors = new Dictionary<string, string[]> { ["payload.pages"] = ["Use a number from 1 to 500."] },
        });
        var browser = await web.SignInAsync();

        var answer = await browser.SubmitAsync(Path, Form("q3-sales", "501"));

        Assert.Contains("""<p class="error" id="Input_Pages-error">Use a number from 1 to 500.</p>""", answer.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"501\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_WhenPagesIsNoNumber_DoesNotAskTheApi()
    {
        await using var web = new WebFixture();
        var browser = await web.SignInAsync();

        var answer = await browser.SubmitAsync(Path, Form("q3-sales", "many"));

        Assert.Contains("id=\"Input_Pages-error\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(web.Api.Requests, request => request.Route == Route);
    }

    [Fact]
    public async Task Report_WhenTheApiIsBusy_IsNotSentTwice()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Route, HttpStatusCode.ServiceUnavailable, new { status = 503, detail = "Too busy. Try again in 2 s." });
        var browser = await web.SignInAsync();

        var answer = await browser.SubmitAsync(Path, Form("q3-sales", "40"));

        Assert.Contains("Too busy. Try again in 2 s.", answer.Text, StringComparison.Ordinal);
        Assert.Single(web.Api.Requests, request => request.Route == Route);
    }

    private static Dictionary<string, string> Form(string reportId, string pages) =>
        new() { ["Input.ReportId"] = reportId, ["Input.Pages"] = pages };
}
