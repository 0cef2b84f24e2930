using Forge.Contracts;
using Microsoft.Playwright;
using Refit;

namespace Forge.IntegrationTests.Browser;

/// <summary>Aspire's dashboard as a person uses it on Forge. The screenshots lie beside the test program, in the folder <c>screenshots</c>.</summary>
public sealed class DashboardTests(AppFixture fixture) : BrowserTest
{
    private const string FailingJob = "process default demo.fail";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api", "Traces: request", "POST /forge/jobs", "post-response POST")]
    [InlineData("api", "Traces: post-response", "post-response POST", FailingJob)]
    [InlineData("worker", "Traces: durable", FailingJob, "post-response POST")]
    public async Task ALanesLink_OpensItsTracesOnly(string resource, string link, string itsTrace, string anothersTrace)
    {
        await WorkInEachLaneAsync();
        var page = await OpenAsync();

        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = resource }).First.WaitForAsync();
        await TakeScreenshotAsync(page, "resources");
        await page.GotoAsync(await FindLinkAsync(resource, link));
        await page.GetByText("Duration").First.WaitForAsync();
        await TakeScreenshotAsync(page, link["Traces: ".Length..]);

        await SearchAsync(page, itsTrace);
        await page.GetByText(itsTrace).First.WaitForAsync();
        await SearchAsync(page, anothersTrace);
        await page.GetByText("No traces found").WaitForAsync();
    }

    [Fact]
    public async Task AJob_LeadsToItsRequest_AndBack()
    {
        var id = await WorkInEachLaneAsync();
        var page = await OpenAsync();

        await page.GotoAsync(TracesOf(id));
        await page.GetByText(FailingJob).First.ClickAsync();
        await page.WaitForURLAsync("**/traces/detail/*");
        var job = page.Url;
        await page.GetByText("MSG forge default").First.ClickAsync();
        await TakeScreenshotAsync(page, "job");
        await FollowAsync(page, "api: MSG forge");
        await page.WaitForURLAsync(url => url.Contains("/traces/detail/", StringComparison.Ordinal) && !url.StartsWith(job, StringComparison.Ordinal));
        await page.GetByText("POST /forge/jobs").First.WaitForAsync();
        var request = page.Url;
        await TakeScreenshotAsync(page, "job-request");
        // Anew, since the dashboard sometimes selects the linked span and sometimes does not, and a second click would close its pane.
        await page.GotoAsync(new Uri(request).GetLeftPart(UriPartial.Path));
        await page.GetByText("MSG forge default").First.ClickAsync();
        await FollowAsync(page, "worker: MSG forge"); // one of the two attempts

        await page.WaitForURLAsync(url => url.Contains("/traces/detail/", StringComparison.Ordinal) && !url.StartsWith(request, StringComparison.Ordinal));
        await page.GetByText(FailingJob).First.WaitForAsync();
    }

    [Fact]
    public async Task ATrace_HasItsLogs()
    {
        var id = await WorkInEachLaneAsync();
        var page = await OpenAsync();

        await page.GotoAsync(TracesOf(id));
        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = FailingJob }).First.Locator("fluent-button").Last.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem).Filter(new() { HasText = "Structured logs" }).ClickAsync();

        await page.WaitForURLAsync("**/structuredlogs?traceId=*");
        await page.GetByText("demo.fail").First.WaitForAsync();
        await TakeScreenshotAsync(page, "structured-logs");
    }

    [Fact]
    public async Task ACommand_AsksFirst_AndShowsItsResult()
    {
        var page = await OpenAsync();

        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = "redis" }).First.Locator("fluent-button").Last.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem).Filter(new() { HasText = "Clear Redis" }).ClickAsync();
        await page.GetByText("Jobs live in Postgres and go on.").WaitForAsync();
        await TakeScreenshotAsync(page, "command-asks");
        await page.GetByText("Yes", new() { Exact = true }).ClickAsync();

        await page.GetByText("\"Clear Redis\" succeeded").First.WaitForAsync();
        await page.GetByTitle("Notifications").First.ClickAsync();
        await page.GetByText("Redis is empty.").First.WaitForAsync();
        await TakeScreenshotAsync(page, "command-result");
    }

    /// <summary>A registration with its mail after the response, and a job that fails once.</summary>
    private async Task<Guid> WorkInEachLaneAsync()
    {
        using var client = await fixture.CreateUserClientAsync(Cancelled);
        var api = RestService.ForGenerated<IForgeApi>(client);
        var job = await api.EnqueueJobAsync(JobTests.Enqueue(JobKinds.DemoFail, new DemoFailPayload(1)), Cancelled);
        await JobTests.FollowAsync(api, job.Id);
        return job.Id;
    }

    private async Task<IPage> OpenAsync()
    {
        var address = fixture.CreateClient("aspire-dashboard").BaseAddress!;
        var page = await NewPageAsync(address, new() { Width = 1500, Height = 900 });
        await page.GotoAsync($"/login?t={AppFixture.DashboardToken}");
        await page.WaitForURLAsync(address.ToString());
        // Anew: the page to which the login leads was once seen without its resources for half a minute, on a busy machine.
        await page.GotoAsync("/");
        return page;
    }

    private async Task<string> FindLinkAsync(string resource, string displayName)
    {
        var found = await fixture.App.ResourceNotifications.WaitForResourceAsync(
            resource, state => state.Snapshot.Urls.Any(url => url.DisplayProperties.DisplayName == displayName), Cancelled);
        return found.Snapshot.Urls.Single(url => url.DisplayProperties.DisplayName == displayName).Url;
    }

    /// <summary>A list that no other test's work moves: the request that enqueued the job, and its attempts.</summary>
    private static string TracesOf(Guid job) => $"/traces?filters=messaging.message.id:equals:{job}";

    /// <summary>The list has the traces of all tests, and draws those few that fit.</summary>
    private static Task SearchAsync(IPage page, string name) => page.Locator("[name=traces-search] input").FillAsync(name);

    /// <summary>A span's pane lists the spans that it is linked with, at its end.</summary>
    private static async Task FollowAsync(IPage page, string span)
    {
        var link = page.GetByRole(AriaRole.Row).Filter(new() { HasText = span }).Last;
        await link.ScrollIntoViewIfNeededAsync();
        await link.Locator("fluent-button.button-hyperlink").ClickAsync();
    }

    private static async Task TakeScreenshotAsync(IPage page, string name) =>
        await page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
}
