namespace Forge.Jobs.Tests.Control;

public sealed class QueuePauseTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Pause_HoldsAtOnce_AndResumeLetsTheJobsRun()
    {
        await using var program = await JobProgram.StartAsync(Database);
        await program.Control.PauseQueueAsync("default", Token);
        var id = await program.EnqueueAsync();

        // Even a worker that has not heard of the pause gets nothing.
        await using var unaware = await JobProgram.CreateAsync(Database);
        await unaware.Get<WorkerHeartbeat>().BeatAsync(Token);
        unaware.Get<WorkerScope>().SetPaused([]);
        unaware.Get<JobDispatch>().Push([new DispatchedJob(id, "default", 5)]);
        Assert.Empty(await unaware.Get<JobClaimer>().ClaimAsync(10, Token));
        Assert.Equal(JobState.Available, (await program.Reader.FindAsync(id, Token))!.State);

        await program.Control.ResumeQueueAsync("default", Token);
        await program.WaitForAsync(id, JobState.Completed);
    }
}
