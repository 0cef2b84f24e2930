using Npgsql;

namespace Forge.Jobs.Tests.Working;

/// <summary>Who may take jobs from whom, and what becomes of them.</summary>
public sealed class RescueTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Worker_ThatHasJustStarted_DoesNotJudgeAtOnce()
    {
        await using var silent = await JobProgram.CreateAsync(Database);
        var id = await silent.EnqueueAsync();
        await silent.ClaimAsync(id);
        await Database.ExecuteAsync("update jobs.worker set lease_expires_at = now() - interval '1 hour'");
        await WaitUntilPostgresIsOldAsync();

        await using var fresh = await JobProgram.CreateAsync(Database);
        await fresh.Get<WorkerHeartbeat>().BeatAsync(Token);
        await fresh.Get<JobRescuer>().RunOnceAsync(Token);

        Assert.Equal(JobState.Running, (await fresh.Reader.FindAsync(id, Token))!.State);
    }

    [Theory]
    [InlineData("heartbeat_at = now() - interval '1.5 s'", JobState.Running)] // Its own heartbeat is late: so may others' be.
    [InlineData("heartbeat_at = now(), steady_since = now() - interval '1 s'", JobState.Running)] // There was a gap less than a lease ago.
    [InlineData("heartbeat_at = now(), lease_expires_at = now() - interval '1 s', steady_since = now() - interval '1 s'", JobState.Running)]
    [InlineData("heartbeat_at = now(), steady_since = now() - interval '1 hour'", JobState.Available)]
    public async Task Rescue_IsForAWorkerWhoseOwnHeartbeatsCameThrough(string judge, JobState expected)
    {
        await using var silent = await JobProgram.CreateAsync(Database);
        var id = await silent.EnqueueAsync();
        await silent.ClaimAsync(id);
        await Database.ExecuteAsync("update jobs.worker set lease_expires_at = now() - interval '1 hour'");
        await using var other = await JobProgram.CreateAsync(Database);
        await other.Get<WorkerHeartbeat>().BeatAsync(Token);
        await WaitUntilPostgresIsOldAsync();

        await Database.ExecuteAsync($"update jobs.worker set {judge} where id = @worker", new NpgsqlParameter("worker", other.Get<WorkerIdentity>().Id));
        await other.Get<JobRescuer>().RunOnceAsync(Token);

        Assert.Equal(expected, (await other.Reader.FindAsync(id, Token))!.State);
    }

    [Fact]
    public async Task Job_WhoseWorkerDies_UsesNoAttempt_AndWaitsLongerWithEachDeathWhileItRan()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync(change: request => request with { MaxAttempts = 1 });

        var states = new List<(JobState, int, TimeSpan)>();
        for (var death = 1; death <= 5; death++)
        {
            await program.Get<WorkerHeartbeat>().BeatAsync(Token);
            await Database.ExecuteAsync("update jobs.job set state = 'available', run_at = now() where state = 'retryable'");
            var run = await program.ClaimAsync(id);
            Assert.Equal(death - 1, run.Deaths);
            if (run.Deaths > 0)
            {
                Assert.True(await program.Get<RunningJobWriter>().ChargeDeathAsync(run, Token));
            }

            await DieAsync(program);
            var job = (await program.Reader.FindAsync(id, Token))!;
            states.Add((job.State, job.Attempt, job.State is JobState.Retryable ? job.RunAt - job.Attempts[^1].FinishedAt!.Value : TimeSpan.Zero));
        }

        Assert.Equal([JobState.Available, JobState.Retryable, JobState.Retryable, JobState.Retryable, JobState.Discarded], states.Select(state => state.Item1));
        Assert.All(states, state => Assert.Equal(0, state.Item2));
        Assert.InRange(states[1].Item3.TotalSeconds, 3.75, 6.25);
        Assert.InRange(states[2].Item3.TotalSeconds, 7.5, 12.5);
        Assert.InRange(states[3].Item3.TotalSeconds, 15, 25);
        var last = (await program.Reader.FindAsync(id, Token))!.Attempts[^1];
        Assert.Equal("rescued", last.Outcome);
        Assert.Contains("5 times in a row", last.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("while the job ran", last.ErrorMessage, StringComparison.Ordinal);

        // A person's retry begins anew.
        Assert.Equal(new JobChangeResult.Changed(JobState.Available), await program.Control.RetryAsync(id, Token));
        Assert.Equal(0, (await program.ClaimAsync(id)).Deaths);
    }

    [Fact]
    public async Task Job_ThatWasHeldAtADeathAndHadNotBegun_IsNotChargedAgain()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        for (var death = 1; death <= 3; death++)
        {
            await program.ClaimAsync(id);
            await DieAsync(program);
            Assert.Equal((JobState.Available, 0), ((await program.Reader.FindAsync(id, Token))!.State, (await program.Reader.FindAsync(id, Token))!.Attempt));
        }

        Assert.Equal(1, (await program.ClaimAsync(id)).Deaths);
    }

    [Fact]
    public async Task Run_ThatEndsByItself_TakesTheDeathBack()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        await program.ClaimAsync(id);
        await DieAsync(program);
        var run = await program.ClaimAsync(id);
        await program.Get<RunningJobWriter>().ChargeDeathAsync(run, Token);

        await program.FinishAsync(run, AttemptOutcome.HandedBack, JobState.Available);
        Assert.Equal(1, await Database.ScalarAsync<short>("select deaths from jobs.job"));

        run = await program.ClaimAsync(id);
        await program.Get<RunningJobWriter>().ChargeDeathAsync(run, Token);
        await program.FinishAsync(run, AttemptOutcome.Failed, JobState.Retryable);
        Assert.True(await Database.ScalarAsync<bool>("select deaths is null from jobs.job"));
    }

    [Fact]
    public async Task Suspects_RunOneAfterTheOtherOnAWorker_BesideOtherJobs()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var suspects = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => program.EnqueueAsync("suspect")));
        await Database.ExecuteAsync("update jobs.job set deaths = 2");
        var other = await program.EnqueueAsync("other");
        var (running, most) = (0, 0);
        var otherRuns = new TaskCompletionSource();
        program.Script.Run = async (context, token) =>
        {
            if (context.Payload.Text == "other")
            {
                otherRuns.SetResult();
                return;
            }

            most = Math.Max(most, Interlocked.Increment(ref running));
            await otherRuns.Task.WaitAsync(token);
            await Task.Delay(TimeSpan.FromSeconds(0.5), token);
            Interlocked.Decrement(ref running);
        };

        await program.StartAsync();
        foreach (var id in suspects.Append(other))
        {
            Assert.Equal(1, (await program.WaitForAsync(id, JobState.Completed)).Attempt);
        }

        Assert.Equal(1, most);
    }

    /// <summary>What a worker's death and another's judgement come to.</summary>
    private async Task DieAsync(JobProgram program)
    {
        await using var judge = await JobProgram.CreateAsync(Database);
        await judge.Get<WorkerHeartbeat>().BeatAsync(Token);
        await WaitUntilPostgresIsOldAsync();
        await Database.ExecuteAsync("update jobs.worker set lease_expires_at = now() - interval '1 hour' where id = @worker", new NpgsqlParameter("worker", program.Get<WorkerIdentity>().Id));
        await Database.ExecuteAsync("update jobs.worker set heartbeat_at = now(), steady_since = now() - interval '1 hour' where id = @worker", new NpgsqlParameter("worker", judge.Get<WorkerIdentity>().Id));
        await judge.Get<JobRescuer>().RunOnceAsync(Token);
    }

    /// <summary>Nobody is judged for one lease after the start of Postgres.</summary>
    private async Task WaitUntilPostgresIsOldAsync()
    {
        while (!await Database.ScalarAsync<bool>("select pg_postmaster_start_time() < now() - interval '2.1 s'"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }
    }
}
