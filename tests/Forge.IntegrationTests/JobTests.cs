using System.Net;
using System.Text.Json;
using Forge.Contracts;
using Refit;
using UglyToad.PdfPig;

namespace Forge.IntegrationTests;

public sealed class JobTests(AppFixture fixture)
{
    private static readonly string[] FinishedStates = ["completed", "cancelled", "discarded"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_WhenEnqueued_BecomesAPdfWithThePagesAskedFor()
    {
        using var client = await fixture.CreateUserClientAsync(Cancelled);
        var api = RestService.ForGenerated<IForgeApi>(client);

        var enqueued = await api.EnqueueJobAsync(Enqueue(JobKinds.ReportGenerate, new ReportPayload("integration", 20)), Cancelled);
        var finished = await FollowAsync(api, enqueued.Id);

        Assert.Equal("completed", finished.State);
        Assert.Equal(100, finished.Progress);
        using var result = await api.GetJobResultAsync(enqueued.Id, Cancelled);
        Assert.Equal("application/pdf", result.Content.Headers.ContentType?.MediaType);
        using var pdf = PdfDocument.Open(await result.Content.ReadAsByteArrayAsync(Cancelled));
        Assert.Equal(20, pdf.NumberOfPages);
    }

    [Fact]
    public async Task Sleep_WhileRunning_ShowsGrowingProgress()
    {
        using var client = await fixture.CreateUserClientAsync(Cancelled);
        var api = RestService.ForGenerated<IForgeApi>(client);

        var enqueued = await api.EnqueueJobAsync(Enqueue(JobKinds.DemoSleep, new DemoSleepPayload(2000)), Cancelled);
        var seen = new List<JobResponse>();
        await Eventually.GetAsync(
            async token =>
            {
                seen.Add(await api.GetJobAsync(enqueued.Id, token));
                return seen[^1];
            },
            job => FinishedStates.Contains(job.State),
            "the end of demo.sleep");

        Assert.Contains(seen, job => job.State == "running" && job.Progress is > 0 and < 100);
        Assert.Equal(seen.Select(job => job.Progress).Order(), seen.Select(job => job.Progress));
        Assert.Equal("completed", seen[^1].State);
    }

    [Fact]
    public async Task Fail_WhenItFailsOnce_IsRetriedAndKeepsTheError()
    {
        using var client = await fixture.CreateUserClientAsync(Cancelled);
        var api = RestService.ForGenerated<IForgeApi>(client);

        var enqueued = await api.EnqueueJobAsync(Enqueue(JobKinds.DemoFail, new DemoFailPayload(1)), Cancelled);
        var finished = await FollowAsync(api, enqueued.Id);

        Assert.Equal("completed", finished.State);
        Assert.Equal(2, finished.Attempt);
        Assert.Equal(1, Assert.Single(finished.Errors).Attempt);
    }

    [Fact]
    public async Task Job_WhenOfAnotherUser_DoesNotExist()
    {
        using var owner = await fixture.CreateUserClientAsync(Cancelled);
        using var other = await fixture.CreateUserClientAsync(Cancelled);
        var enqueued = await RestService.ForGenerated<IForgeApi>(owner).EnqueueJobAsync(Enqueue(JobKinds.DemoNoop, new DemoNoopPayload()), Cancelled);

        using var answer = await other.GetAsync($"/forge/jobs/{enqueued.Id}", Cancelled);
        using var admin = await fixture.CreateAdminClientAsync(Cancelled);
        using var adminsAnswer = await admin.GetAsync($"/forge/jobs/{enqueued.Id}", Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, adminsAnswer.StatusCode);
    }

    internal static EnqueueJobRequest Enqueue<TPayload>(string kind, TPayload payload) =>
        new(kind, JsonSerializer.SerializeToElement(payload, JsonSerializerOptions.Web));

    internal static Task<JobResponse> FollowAsync(IForgeApi api, Guid id) =>
        Eventually.GetAsync(token => api.GetJobAsync(id, token), job => FinishedStates.Contains(job.State), $"the end of job {id}");
}
