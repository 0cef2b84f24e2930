using Forge.Contracts;
using Forge.Jobs;
using Forge.TestServers;

namespace Forge.Worker.Tests.Demo;

public sealed class CancelAcrossProcessesTests(WorkerSite site, ITestOutputHelper output) : IClassFixture<WorkerSite>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunningJob_InAnotherProcess_WhenCancelled_StopsWithinTwoSeconds()
    {
        using var worker = WorkerProcess.Start(site.Settings);
        var id = await site.EnqueueAsync(JobKinds.DemoSleep, new DemoSleepPayload(600_000));
        await site.WaitForAsync(id, JobState.Running);

        await site.Control.CancelAsync(id, Cancellation);
        var job = await site.WaitForAsync(id, JobState.Cancelled);

        var time = job.FinishedAt!.Value - job.CancelRequestedAt!.Value;
        output.WriteLine($"cancelled after {time.TotalMilliseconds:0} ms");

        // The seconds count in the long form only, since a busy machine has others.
        Assert.InRange(time, TimeSpan.Zero, LongTests.AreWanted ? TimeSpan.FromSeconds(2) : TimeSpan.MaxValue);
    }
}
