using System.Net;
using Forge.Contracts;

namespace Forge.Web.Tests.Jobs;

public sealed class JobPagesTests
{
    [Fact]
    public async Task List_ShowsTheUsersJobsAndTheWayToOlderOnes()
    {
        await using var web = new WebFixture();
        var job = Samples.Job("running", progress: 40);
        web.Api.On("GET /forge/jobs", HttpStatusCode.OK, new Page<JobResponse>([job], "older-than-this"));
        var browser = await web.SignInAsync();

        var answer = await browser.GetAsync("/jobs?state=running");

        Assert.Contains($"href=\"/jobs/{job.Id}\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"40\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("/jobs?state=running&after=older-than-this", answer.Text, StringComparison.Ordinal);
        Assert.Contains("state=running", web.Api.Last("GET /forge/jobs").Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_WhileTheJobRuns_FollowsWithScriptAndReloadsWithout()
    {
        await using var web = new WebFixture();
        var (browser, job) = await ShowAsync(web, Samples.Job("running"));

        var answer = await browser.GetAsync($"/jobs/{job.Id}");

        Assert.Contains($"data-events=\"/jobs/{job.Id}/events\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("<noscript><meta http-equiv=\"refresh\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"/jobs/{job.Id}/result", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_WhenTheJobIsCompleted_OffersTheResultAndFollowsNothing()
    {
        await using var web = new WebFixture();
        var (browser, job) = await ShowAsync(web, Samples.Job("completed", progress: 100));

        var answer = await browser.GetAsync($"/jobs/{job.Id}");

        Assert.Contains($"href=\"/jobs/{job.Id}/result\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("data-events=\"\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_WhenTheJobFailed_ShowsItsErrorsAsText()
    {
        await using var web = new WebFixture();
        var failed = Samples.Job("discarded") with { Errors = [new(1, DateTimeOffset.UnixEpoch, "System.Exception", "<script>boom</script>")] };
        var (browser, job) = await ShowAsync(web, failed);

        var answer = await browser.GetAsync($"/jobs/{job.Id}");

        Assert.Contains("&lt;script&gt;boom", answer.Html, StringComparison.Ordinal);
        Assert.Contains("handler=Retry", answer.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_AsksTheApiAndShowsTheJobAgain()
    {
        await using var web = new WebFixture();
        var (browser, job) = await ShowAsync(web, Samples.Job("running"));
        web.Api.On($"POST /forge/jobs/{job.Id}/cancel", HttpStatusCode.Accepted, job);

        var answer = await browser.SubmitAsync($"/jobs/{job.Id}", [], action: $"/jobs/{job.Id}?handler=Cancel");

        Assert.Equal($"/jobs/{job.Id}", answer.Location);
        Assert.Contains(web.Api.Requests, request => request.Route == $"POST /forge/jobs/{job.Id}/cancel");
    }

    [Fact]
    public async Task Details_WhenTheJobIsOfSomebodyElse_IsNotFound()
    {
        await using var web = new WebFixture();
        var id = Guid.NewGuid();
        web.Api.OnProblem($"GET /forge/jobs/{id}", HttpStatusCode.NotFound, new { status = 404 });
        var browser = await web.SignInAsync();

        var answer = await browser.GetAsync($"/jobs/{id}");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Contains("There is nothing here", answer.Text, StringComparison.Ordinal);
    }

    private static async Task<(Browser Browser, JobResponse Job)> ShowAsync(WebFixture web, JobResponse job)
    {
        web.Api.On($"GET /forge/jobs/{job.Id}", HttpStatusCode.OK, job);
        return (await web.SignInAsync(), job);
    }
}
