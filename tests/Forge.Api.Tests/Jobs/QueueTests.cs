using System.Net;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

public sealed class QueueTests(JobsApi api) : JobsTest(api)
{
    private const string Media = """{"kind":"demo.noop","payload":{},"queue":"media"}""";

    [Fact]
    public async Task ListQueues_WithAScheduledJob_CountsItInItsQueue()
    {
        using var client = await SignUpAsync();
        var before = await ListAsync(client);
        await EnqueueAsync(client, """{"kind":"demo.noop","payload":{},"queue":"mail","delaySeconds":3600}""");

        var queues = await ListAsync(client);

        Assert.Equal(["default", "mail", "media", "payments", "reports"], queues.Select(queue => queue.Queue).Order(StringComparer.Ordinal));
        Assert.Equal(before.Single(queue => queue.Queue == "mail").Scheduled + 1, queues.Single(queue => queue.Queue == "mail").Scheduled);
    }

    [Fact]
    public async Task PauseQueue_AsAdministrator_HoldsItsJobsUntilItIsResumed()
    {
        using var admin = await SignInAsAdminAsync();
        using var paused = await PostAsync(admin, "/forge/queues/media/pause", "");
        Assert.True((await ReadAsync<QueueResponse>(paused, HttpStatusCode.OK)).Paused);
        var held = await EnqueueAsync(admin, Media);

        // What came later and through another queue is done; the held one is still where it was.
        var other = await EnqueueAsync(admin, Noop);
        await WaitForAsync(admin, other.Id, "completed");
        Assert.Equal("available", (await GetJobAsync(admin, held.Id)).State);

        using var resumed = await PostAsync(admin, "/forge/queues/media/resume", "");
        Assert.False((await ReadAsync<QueueResponse>(resumed, HttpStatusCode.OK)).Paused);
        await WaitForAsync(admin, held.Id, "completed");
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task ChangeQueue_AsAUser_IsForbidden(string change)
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, $"/forge/queues/default/{change}", "");

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task PauseQueue_ThatDoesNotExist_IsNotFound()
    {
        using var admin = await SignInAsAdminAsync();

        using var response = await PostAsync(admin, "/forge/queues/nope/pause", "");

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.NotFound);
    }

    private static async Task<IReadOnlyList<QueueResponse>> ListAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/forge/queues", Cancellation);
        return (await ReadAsync<Page<QueueResponse>>(response, HttpStatusCode.OK)).Items;
    }
}
