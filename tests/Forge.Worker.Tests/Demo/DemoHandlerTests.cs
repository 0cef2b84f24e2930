using Forge.Contracts;
using Forge.Jobs;

namespace Forge.Worker.Tests.Demo;

public sealed class DemoHandlerTests(WorkerHost worker)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Noop_WhenEnqueued_Completes()
    {
        var id = await worker.EnqueueAsync(JobKinds.DemoNoop, new DemoNoopPayload(), Cancellation);

        var seen = await worker.FollowToTheEndAsync(id, Cancellation);

        Assert.Equal(JobState.Completed, seen[^1].State);
    }

    [Fact]
    public async Task Sleep_WhileItSleeps_TellsEveryTenth()
    {
        var id = await worker.EnqueueAsync(JobKinds.DemoSleep, new DemoSleepPayload(2_000), Cancellation);

        var seen = await worker.FollowToTheEndAsync(id, Cancellation);

        var progress = seen.Select(snapshot => snapshot.Progress).Distinct().ToList();
        Assert.Equal(JobState.Completed, seen[^1].State);
        Assert.All(progress, percent => Assert.Equal(0, percent % 10));
        Assert.Equal(progress.Order(), progress);
        Assert.True(progress.Count(percent => percent is > 0 and < 100) >= 2, $"Seen: {string.Join(", ", progress)}");
    }

    [Fact]
    public async Task Sleep_WhenCancelled_StopsBeforeItsTime()
    {
        var id = await worker.EnqueueAsync(JobKinds.DemoSleep, new DemoSleepPayload(600_000), Cancellation);
        await foreach (var snapshot in worker.Reader.FollowAsync(id, Cancellation))
        {
            if (snapshot.State is JobState.Running)
            {
                break;
            }
        }

        await worker.Control.CancelAsync(id, Cancellation);
        var seen = await worker.FollowToTheEndAsync(id, Cancellation);

        Assert.Equal(JobState.Cancelled, seen[^1].State);
    }

    [Fact]
    public async Task Fail_WithTwoFailuresAskedFor_SucceedsAtTheThirdAttempt()
    {
        var id = await worker.EnqueueAsync(JobKinds.DemoFail, new DemoFailPayload(2), Cancellation);

        await worker.FollowToTheEndAsync(id, Cancellation);

        var job = await worker.Reader.FindAsync(id, Cancellation);
        Assert.Equal(JobState.Completed, job?.State);
        Assert.Equal(["failed", "failed", "completed"], job?.Attempts.Select(attempt => attempt.Outcome));
    }
}
