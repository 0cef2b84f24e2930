using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.Jobs.Tests.Working;

public sealed class JobBufferTests(JobServers servers) : JobTests(servers)
{
    private readonly ConcurrentBag<Guid> _started = [];
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Stop_HandsBackWhatHasNotStarted_WithoutUsingAnAttempt()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        Buffer(program, await program.ClaimAsync(id));
        Assert.Equal(JobState.Running, (await program.Reader.FindAsync(id, Token))!.State);

        await program.Get<JobWorker>().StoppingAsync(Token);

        var job = (await program.Reader.FindAsync(id, Token))!;
        Assert.Equal((JobState.Available, 0, null), (job.State, job.Attempt, job.StartedAt));
        Assert.Empty(job.Attempts);
    }

    [Fact]
    public async Task Stop_WhenHandingBackFailsAtFirst_StartsNothing_AndHandsBackLater()
    {
        await using var program = await StartBusyAsync();
        var ids = await EnqueueManyAsync(program, 5);
        await Database.RefuseFirstAsync(1, "old.state = 'running' and new.state = 'available'");
        await ClaimAheadAsync(program, 5);

        var stop = program.StopAsync();
        while (!await Database.HasRefusedAsync())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
        }

        // The place is free, and the jobs are still this worker's.
        _goOn.SetResult();
        await stop;

        Assert.Empty(_started.Intersect(ids));
        Assert.Equal(5, await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'available' and attempt = 0"));
    }

    [Fact]
    public async Task Pause_HoldsAtOnce_AlsoForWhatIsClaimedAlready()
    {
        await using var program = await StartBusyAsync();
        var ids = await EnqueueManyAsync(program, 5);
        await ClaimAheadAsync(program, 5);

        await program.Control.PauseQueueAsync("default", Token);
        _goOn.SetResult();

        Assert.Equal(5, await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'available' and attempt = 0"));
        Assert.Empty(_started.Intersect(ids));
        await program.Control.ResumeQueueAsync("default", Token);
        foreach (var id in ids)
        {
            Assert.Equal(1, (await program.WaitForAsync(id, JobState.Completed)).Attempt);
        }
    }

    [Fact]
    public async Task Cancel_OfAJobThatIsClaimedAndNotStarted_CancelsItAtOnce()
    {
        await using var program = await StartBusyAsync();
        var id = (await EnqueueManyAsync(program, 1)).Single();
        await ClaimAheadAsync(program, 1);

        await program.Control.CancelAsync(id, Token);
        var job = await program.WaitForAsync(id, JobState.Cancelled);
        _goOn.SetResult();

        Assert.Equal(0, job.Attempt);
        Assert.Empty(job.Attempts);
        Assert.DoesNotContain(id, _started);
    }

    [Fact]
    public async Task JobsBehindALongOne_AreLeftToAnotherWorker()
    {
        await using var busy = await StartBusyAsync();
        var ids = await EnqueueManyAsync(busy, 5);
        await ClaimAheadAsync(busy, 5);

        await using var free = await JobProgram.StartAsync(Database);
        foreach (var id in ids)
        {
            var job = await free.WaitForAsync(id, JobState.Completed);
            Assert.Equal(1, job.Attempt);
            Assert.Equal(free.Get<WorkerIdentity>().Id, Assert.Single(job.Attempts).Worker);
        }

        _goOn.SetResult();
    }

    [Fact]
    public async Task BufferedJobs_WhenTheLeaseIsInDoubt_DoNotStart()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await using var other = await JobProgram.CreateAsync(Database);
        program.Script.Run = Note;
        var id = await program.EnqueueAsync();
        var job = await other.ClaimAsync(id);
        Buffer(program, job);

        // It has not renewed its lease yet; when it does, it learns that the job is not its own.
        program.Get<JobSlots>().Fill();
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);

        Assert.Equal(0, program.Get<JobBuffer>().Count);
        Assert.Empty(_started);
    }

    /// <summary>A worker whose only place is taken by a job that waits for the test.</summary>
    private async Task<JobProgram> StartBusyAsync()
    {
        var program = await JobProgram.StartAsync(Database, builder => builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = 1));
        // "Running" is also what is claimed and still in the buffer.
        var isBusy = new TaskCompletionSource();
        program.Script.Run = async (context, token) =>
        {
            await Note(context, token);
            isBusy.TrySetResult();
            await _goOn.Task;
        };
        await program.EnqueueAsync();
        await isBusy.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        return program;
    }

    private Task Note(JobContext<TestPayload> context, CancellationToken token)
    {
        _started.Add(context.JobId);
        return Task.CompletedTask;
    }

    private static async Task<IReadOnlyList<Guid>> EnqueueManyAsync(JobProgram program, int count)
    {
        var requests = Enumerable.Range(0, count).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload())).ToList();
        return Assert.IsType<EnqueueManyResult.Enqueued>(await program.Queue.EnqueueManyAsync(requests, Token)).JobIds;
    }

    /// <summary>
    /// Has jobs claimed and not started. Claims as the drain does: what is claimed and not yet known to be here would be stranded to the heartbeat. The drain may be first, right after the start.
    /// </summary>
    private static async Task ClaimAheadAsync(JobProgram program, int count)
    {
        var claiming = program.Get<WorkerSignals>().Claiming;
        await claiming.WaitAsync(Token);
        try
        {
            while (program.Get<JobBuffer>().Count is var buffered && buffered < count)
            {
                Buffer(program, [.. await program.Get<JobClaimer>().ClaimAsync(count - buffered, Token)]);
            }
        }
        finally
        {
            claiming.Release();
        }
    }

    private static void Buffer(JobProgram program, params ClaimedJob[] jobs) => program.Get<JobBuffer>().Add(jobs);
}
