using Microsoft.Extensions.DependencyInjection;

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
        unaware.Push(id);
        Assert.Empty(await unaware.Get<JobClaimer>().ClaimAsync(10, Token));
        Assert.Equal(JobState.Available, (await program.Reader.FindAsync(id, Token))!.State);

        await program.Control.ResumeQueueAsync("default", Token);
        await program.WaitForAsync(id, JobState.Completed);
    }

    [Fact]
    public async Task Pause_WhileAWorkerStops_IsHonouredByIt()
    {
        await using var stopping = await JobProgram.StartAsync(Database, builder => builder.Services.Configure<JobWorkerOptions>(options =>
        {
            options.StopGrace = TimeSpan.FromSeconds(25);
            options.LeaseDuration = TimeSpan.FromMinutes(1);
        }));
        var (isRunning, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        stopping.Script.Run = (_, _) =>
        {
            isRunning.SetResult();
            return goOn.Task;
        };
        var id = await stopping.EnqueueAsync();
        await isRunning.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await using var other = await JobProgram.CreateAsync(Database);

        var stop = stopping.StopAsync();
        try
        {
            await other.Control.PauseQueueAsync("default", Token).WaitAsync(TimeSpan.FromSeconds(15), Token);
        }
        finally
        {
            goOn.SetResult();
            await stop;
        }

        Assert.Equal(JobState.Completed, (await other.Reader.FindAsync(id, Token))!.State);
    }
}
