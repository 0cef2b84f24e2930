using System.Net;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

public sealed class ChangeJobTests(JobsApi api) : JobsTest(api)
{
    [Fact]
    public async Task Cancel_WhileItWaits_CancelsAtOnce()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);

        using var response = await PostAsync(client, $"/forge/jobs/{job.Id}/cancel", "");
        using var again = await PostAsync(client, $"/forge/jobs/{job.Id}/cancel", "");

        Assert.Equal("cancelled", (await ReadAsync<JobResponse>(response, HttpStatusCode.Accepted)).State);
        await IsWrongStateAsync(again, "cancelled");
    }

    [Fact]
    public async Task Cancel_WhileItRuns_StopsTheHandler()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Gated);
        await WaitForAsync(client, job.Id, "running");

        using var response = await PostAsync(client, $"/forge/jobs/{job.Id}/cancel", "");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await WaitForAsync(client, job.Id, "cancelled");
    }

    [Fact]
    public async Task Retry_OfACancelledJob_RunsIt()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);
        using var cancelled = await PostAsync(client, $"/forge/jobs/{job.Id}/cancel", "");

        using var response = await PostAsync(client, $"/forge/jobs/{job.Id}/retry", "");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await WaitForAsync(client, job.Id, "completed");
    }

    [Fact]
    public async Task Retry_OfADeadLetter_RunsItAgainAndKeepsItsErrors()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, """{"kind":"demo.fail","payload":{"times":1}}""");
        await WaitForAsync(client, job.Id, "discarded");

        using var response = await PostAsync(client, $"/forge/jobs/{job.Id}/retry", "");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await WaitForAsync(client, job.Id, "discarded");
        Assert.Equal([1, 2], (await GetJobAsync(client, job.Id)).Errors.Select(error => error.Attempt));
    }

    [Fact]
    public async Task Retry_OfAWaitingJob_NamesItsState()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);

        using var response = await PostAsync(client, $"/forge/jobs/{job.Id}/retry", "");

        await IsWrongStateAsync(response, "scheduled");
    }

    [Fact]
    public async Task Retry_WhenAnotherLiveJobHoldsTheUniqueKey_NamesThatJob()
    {
        using var client = await SignUpAsync();
        const string Unique = """{"kind":"demo.noop","payload":{},"delaySeconds":3600,"uniqueKey":"one"}""";
        var first = await EnqueueAsync(client, Unique);
        using var cancelled = await PostAsync(client, $"/forge/jobs/{first.Id}/cancel", "");
        var second = await EnqueueAsync(client, Unique);

        using var response = await PostAsync(client, $"/forge/jobs/{first.Id}/retry", "");

        var problem = await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Conflict);
        Assert.Equal(second.Id, problem.GetProperty("jobId").GetGuid());
    }

    [Fact]
    public async Task Delete_OfAFinishedJob_RemovesIt()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Noop);
        await WaitForAsync(client, job.Id, "completed");

        using var response = await client.DeleteAsync($"/forge/jobs/{job.Id}", Cancellation);
        using var read = await client.GetAsync($"/forge/jobs/{job.Id}", Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        await ProblemAssert.IsProblemAsync(read, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_OfAWaitingJob_NamesItsState()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);

        using var response = await client.DeleteAsync($"/forge/jobs/{job.Id}", Cancellation);

        await IsWrongStateAsync(response, "scheduled");
    }

    [Fact]
    public async Task AnyChange_OfSomebodyElsesJob_IsAnAdministratorsToMake()
    {
        using var owner = await SignUpAsync();
        using var admin = await SignInAsAdminAsync();
        var job = await EnqueueAsync(owner, Later);

        using var cancelled = await PostAsync(admin, $"/forge/jobs/{job.Id}/cancel", "");
        using var retried = await PostAsync(admin, $"/forge/jobs/{job.Id}/retry", "");
        await WaitForAsync(owner, job.Id, "completed");
        using var deleted = await admin.DeleteAsync($"/forge/jobs/{job.Id}", Cancellation);
        using var read = await owner.GetAsync($"/forge/jobs/{job.Id}", Cancellation);

        Assert.Equal("cancelled", (await ReadAsync<JobResponse>(cancelled, HttpStatusCode.Accepted)).State);
        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await ProblemAssert.IsProblemAsync(read, HttpStatusCode.NotFound);
    }

    private static async Task IsWrongStateAsync(HttpResponseMessage response, string state)
    {
        var problem = await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Conflict);
        Assert.Equal(state, problem.GetProperty("state").GetString());
        Assert.Contains(state, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
