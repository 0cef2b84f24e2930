using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace Forge.Jobs.Tests.Working;

public sealed class JobFencingTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Rescue_WhenAWorkerIsSilent_AnotherRunsItsJobInTime()
    {
        await using var silent = await JobProgram.CreateAsync(Database);
        var id = await silent.EnqueueAsync();
        var lost = await silent.ClaimAsync(id);

        await using var alive = await JobProgram.StartAsync(Database);
        var job = await alive.WaitForAsync(id, JobState.Completed);

        Assert.Equal(["rescued", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        // The death of a worker uses up no attempt.
        Assert.Equal([1, 1], job.Attempts.Select(attempt => attempt.Attempt));
        Assert.NotEqual(job.Attempts[0].Worker, job.Attempts[1].Worker);
        // A lease of 2 s and the rescuer's interval.
        Assert.InRange(job.StartedAt!.Value - lost.StartedAt, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task FrozenWorker_WhenItWakesAfterItsJobWasTaken_ChangesNothing()
    {
        await using var frozen = await JobProgram.CreateAsync(Database);
        var id = await frozen.EnqueueAsync();
        var old = await frozen.ClaimAsync(id);
        await frozen.Get<JobRescuer>().RescueStrandedAsync([old.LeaseToken], [], Token);
        await using var other = await JobProgram.CreateAsync(Database);
        var current = await other.ClaimAsync(id);

        Assert.Null(await frozen.FinishAsync(old, AttemptOutcome.Completed, JobState.Completed));
        await Assert.ThrowsAsync<JobLeaseLostException>(() => frozen.Get<RunningJobWriter>().ReportProgressAsync(old, 50, "late", Token));
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await Assert.ThrowsAsync<JobLeaseLostException>(() => frozen.Get<RunningJobWriter>().CompleteAsync(old, null, null, transaction, Token));
        }

        Assert.True(current.LeaseToken > old.LeaseToken);
        Assert.Equal((JobState.Running, 0), ((await other.Reader.FindAsync(id, Token))!.State, (await other.Reader.FindAsync(id, Token))!.Progress));
        Assert.Equal(JobState.Completed, await other.FinishAsync(current, AttemptOutcome.Completed, JobState.Completed));
    }

    [Fact]
    public async Task Claim_WhenTheWorkersOwnLeaseRanOut_TakesNothing()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        await Database.ExecuteAsync("update jobs.worker set lease_expires_at = now()");

        Assert.Empty(await program.Get<JobClaimer>().ClaimAsync(10, Token));
        Assert.Equal(JobState.Available, (await program.Reader.FindAsync(id, Token))!.State);
    }

    [Fact]
    public async Task Claim_WhenIdsAreOnTheListTwice_TakesEachJobOnce()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        program.Push(id, id);
        await using var other = await JobProgram.CreateAsync(Database);
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        await other.Get<WorkerHeartbeat>().BeatAsync(Token);

        var claims = await Task.WhenAll(program.Get<JobClaimer>().ClaimAsync(1, Token), other.Get<JobClaimer>().ClaimAsync(1, Token), other.Get<JobClaimer>().ClaimAsync(1, Token));

        Assert.Single(claims.SelectMany(claim => claim));
    }

    [Fact]
    public async Task Claim_TakesMoreUrgentJobsFirst()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var last = await program.EnqueueAsync(change: request => request with { Priority = 9 });
        var middle = await program.EnqueueAsync();
        var first = await program.EnqueueAsync(change: request => request with { Priority = 0 });
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);

        var one = Assert.Single(await program.Get<JobClaimer>().ClaimAsync(1, Token));
        await Database.ForgetListsAsync();
        var others = await Database.ScalarAsync<Guid[]>("select array_agg(id order by priority) from jobs.job where state = 'available'");

        Assert.Equal(first, one.Id);
        Assert.Equal([middle, last], others);
    }

    [Fact]
    public async Task Progress_WhenPostgresFails_DoesNotFailTheRun()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var run = await program.ClaimAsync(await program.EnqueueAsync());
        await Database.ExecuteAsync("alter table jobs.job rename to away");

        await program.Get<RunningJobWriter>().ReportProgressAsync(run, 50, "half", Token);

        await Database.ExecuteAsync("alter table jobs.away rename to job");
        Assert.Equal(JobState.Completed, await program.FinishAsync(run, AttemptOutcome.Completed, JobState.Completed));
    }

    [Fact]
    public async Task Heartbeat_WhenAJobIsHeldButNotRun_GivesItUp()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        await program.ClaimAsync(id);

        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        Assert.Equal(JobState.Running, (await program.Reader.FindAsync(id, Token))!.State);
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);

        var job = (await program.Reader.FindAsync(id, Token))!;
        Assert.Equal((JobState.Available, "rescued"), (job.State, Assert.Single(job.Attempts).Outcome));
    }

    [Fact]
    public async Task TransactionalCompletion_WhenItCommits_CommitsEffectAndCompletion()
    {
        await Database.ExecuteAsync("create table effects (job_id uuid)");
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, token) => WriteEffectAsync(context, commit: true, token);

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal("done", job.Result!.Value.GetString());
        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from effects"));
        Assert.Single(job.Attempts);
    }

    [Fact]
    public async Task TransactionalCompletion_WhenTheHandlerForgetsToCommit_FailsTheAttempt()
    {
        await Database.ExecuteAsync("create table effects (job_id uuid)");
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, token) => WriteEffectAsync(context, commit: context.Attempt > 1, token);

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal(["failed", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from effects"));
    }

    [Fact]
    public async Task Context_AfterATransactionalCompletion_RefusesWhatWouldWaitForIt()
    {
        await using var program = await JobProgram.StartAsync(Database);
        var refusals = new ConcurrentQueue<Exception?>();
        program.Script.Run = async (context, token) =>
        {
            await using var connection = await Database.Data.OpenConnectionAsync(token);
            await using var transaction = await connection.BeginTransactionAsync(token);
            await context.CompleteAsync(transaction, token);
            refusals.Enqueue(await Record.ExceptionAsync(() => context.ReportProgressAsync(50, "late", token)));
            refusals.Enqueue(await Record.ExceptionAsync(() => context.CompleteAsync(transaction, token)));
            refusals.Enqueue(Record.Exception(() => context.SetResult("late")));
            refusals.Enqueue(Record.Exception(() => context.SetResultFile("late"u8.ToArray(), "text/plain", "late.txt")));
            await transaction.CommitAsync(token);
        };

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal(1, job.Attempt);
        Assert.Equal(4, refusals.Count);
        Assert.All(refusals, refusal => Assert.IsType<InvalidOperationException>(refusal));
    }

    [Fact]
    public async Task TransactionalCompletion_WhenItsProcessFreezesBeforeTheCommit_DoesNotKeepTheJob()
    {
        await using var frozen = await JobProgram.CreateAsync(Database);
        var id = await frozen.EnqueueAsync();
        var run = await frozen.ClaimAsync(id);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await frozen.Get<RunningJobWriter>().CompleteAsync(run, null, null, transaction, Token);

        await using var other = await JobProgram.StartAsync(Database);
        var job = await other.WaitForAsync(id, JobState.Completed);

        Assert.Equal(["rescued", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync(Token));
    }

    [Fact]
    public async Task Rescue_WhenManyJobsWait_PutsTheJobBeforeThem()
    {
        await using var silent = await JobProgram.CreateAsync(Database);
        var lost = await silent.EnqueueAsync();
        var run = await silent.ClaimAsync(lost);
        await silent.EnqueueAsync();
        await silent.Get<JobRescuer>().RescueStrandedAsync([run.LeaseToken], [], Token);

        Assert.Equal(lost, Assert.Single(await silent.Get<JobClaimer>().ClaimAsync(1, Token)).Id);
    }

    [Fact]
    public async Task Heartbeat_WhenHandlersUseUpThePool_StillRenewsTheLease()
    {
        const int PoolSize = 4;
        await using var program = await JobProgram.StartAsync(Database, builder => builder.Services.AddSingleton(_ =>
            NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { MaxPoolSize = PoolSize, ApplicationName = "small pool" })));
        program.Script.Run = async (_, token) =>
        {
            await using var connection = await program.Get<NpgsqlDataSource>().OpenConnectionAsync(token);
            await HoldForALeaseAsync(token);
        };

        var ids = new List<Guid>();
        for (var job = 0; job < PoolSize * 2; job++)
        {
            ids.Add(await program.EnqueueAsync());
        }

        foreach (var id in ids)
        {
            Assert.Equal(1, (await program.WaitForAsync(id, JobState.Completed)).Attempt);
        }

        // Returns when the lease has been renewed beyond what it was by its whole length; the run fails when that does not happen.
        async Task HoldForALeaseAsync(CancellationToken token)
        {
            var end = await ExpiryAsync(token) + program.Get<IOptions<JobWorkerOptions>>().Value.LeaseDuration;
            while (await ExpiryAsync(token) < end)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), token);
            }
        }

        async Task<DateTime> ExpiryAsync(CancellationToken token)
        {
            await using var command = Database.Data.CreateCommand("select max(lease_expires_at) from jobs.worker");
            return (DateTime)(await command.ExecuteScalarAsync(token))!;
        }
    }

    [Fact]
    public async Task Heartbeat_WhenItHasToTidyUpWhileThePoolIsUsedUp_StillRenewsTheLease()
    {
        const int PoolSize = 4;
        await using var program = await JobProgram.StartAsync(Database, builder =>
        {
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { MaxPoolSize = PoolSize, ApplicationName = "small pool" }));
            builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = PoolSize - 1);
        });
        var goOn = new TaskCompletionSource();
        using var holding = new SemaphoreSlim(0);
        program.Script.Run = async (_, token) =>
        {
            await using var connection = await program.Get<NpgsqlDataSource>().OpenConnectionAsync(token);
            holding.Release();
            await goOn.Task.WaitAsync(token);
        };
        var ids = await Task.WhenAll(Enumerable.Range(1, PoolSize - 1).Select(_ => program.EnqueueAsync()));
        for (var held = 1; held < PoolSize; held++)
        {
            Assert.True(await holding.WaitAsync(TimeSpan.FromSeconds(30), Token));
        }

        // A job that was claimed and waits for a place, and which somebody cancels: giving it back needs a connection.
        await using var other = await JobProgram.CreateAsync(Database);
        var waiting = await other.EnqueueAsync(change: request => request with { Delay = TimeSpan.FromHours(1) });
        var leaseToken = await Database.ScalarAsync<long>(
            "update jobs.job set state = 'running', attempt = 1, started_at = now(), lease_token = nextval('jobs.lease_token'), worker_id = @worker where id = @id returning lease_token",
            new("worker", program.Get<WorkerIdentity>().Id),
            new("id", waiting));
        program.Get<JobBuffer>().Add([new(waiting, leaseToken, JobProgram.Kind, 1, "default", 5, "{}", 1, 3, null, DateTimeOffset.UnixEpoch, TimeSpan.Zero, null, null)]);
        await other.Control.CancelAsync(waiting, Token);

        var lease = program.Get<IOptions<JobWorkerOptions>>().Value.LeaseDuration;
        var until = DateTime.UtcNow + (lease * 3);
        while (DateTime.UtcNow < until)
        {
            Assert.True(await Database.ScalarAsync<bool>("select lease_expires_at > now() from jobs.worker where id = @worker", new NpgsqlParameter("worker", program.Get<WorkerIdentity>().Id)));
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }

        goOn.SetResult();
        foreach (var id in ids)
        {
            Assert.Equal(1, (await program.WaitForAsync(id, JobState.Completed)).Attempt);
        }

        await program.WaitForAsync(waiting, JobState.Cancelled);
    }

    [Fact]
    public async Task WorkerThatWakes_WhileItsJobsAreBeingRescued_StartsNoneOfThem()
    {
        var started = 0;
        await using var waking = await JobProgram.CreateAsync(Database);
        waking.Script.Run = (_, _) =>
        {
            Interlocked.Increment(ref started);
            return Task.CompletedTask;
        };
        waking.Get<JobBuffer>().Add([await waking.ClaimAsync(await waking.EnqueueAsync())]);
        await Database.ExecuteAsync("update jobs.worker set lease_expires_at = now() - interval '1 hour'");

        // Another worker's rescue, held up right before its end.
        await using var other = await JobProgram.CreateAsync(Database);
        Task rescue, beat;
        await using (await Database.HoldUpAsync("insert on jobs.attempt"))
        {
            rescue = RescueAsync();
            await Database.WaitForWaiterAsync();
            beat = waking.Get<WorkerHeartbeat>().BeatAsync(Token);
            await Task.WhenAny(beat, Database.WaitForWaiterAsync("transactionid"));
        }

        await rescue;
        await beat;

        Assert.Equal((0, 0), (waking.Get<JobBuffer>().Count, Volatile.Read(ref started)));
        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from jobs.attempt where outcome = 'rescued'"));

        // Nobody is judged for one lease after the start of Postgres, and for half of one after the judge's.
        async Task RescueAsync()
        {
            while (await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'running'") > 0)
            {
                await other.Get<WorkerHeartbeat>().BeatAsync(Token);
                await other.Get<JobRescuer>().RunOnceAsync(Token);
            }
        }
    }

    [Fact]
    public async Task Rescue_OfSeveralJobs_IsAnnouncedInOneMessage()
    {
        await using var silent = await JobProgram.CreateAsync(Database);
        var ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => silent.EnqueueAsync()));
        await silent.Get<WorkerHeartbeat>().BeatAsync(Token);
        var messages = new ConcurrentQueue<RedisValue>();
        await silent.Get<IConnectionMultiplexer>().GetSubscriber().SubscribeAsync(silent.Get<RedisNames>().Changes, (_, message) => messages.Enqueue(message));
        var runs = await silent.Get<JobClaimer>().ClaimAsync(3, Token);
        Assert.Equal(3, Named(await NextMessageAsync()));

        await silent.Get<JobRescuer>().RescueStrandedAsync([.. runs.Select(run => run.LeaseToken)], [], Token);

        Assert.Equal(3, Named(await NextMessageAsync()));

        int Named(RedisValue message) => ChangeMessage.Read(message).Intersect(ids).Count();

        async Task<RedisValue> NextMessageAsync()
        {
            RedisValue message;
            while (!messages.TryDequeue(out message) || Named(message) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
            }

            return message;
        }
    }

    private async Task WriteEffectAsync(JobContext<TestPayload> context, bool commit, CancellationToken token)
    {
        await using var connection = await Database.Data.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var command = new NpgsqlCommand("insert into effects values (@id)", connection, transaction);
        command.Parameters.Add(new("id", context.JobId));
        await command.ExecuteNonQueryAsync(token);
        context.SetResult("done");
        await context.CompleteAsync(transaction, token);
        if (commit)
        {
            await transaction.CommitAsync(token);
        }
    }
}
