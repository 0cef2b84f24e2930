using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Forge.Jobs.Tests.Working;

public sealed class KindLimitTests(JobServers servers) : JobTests(servers)
{
    private const string Kind = "limited";

    [Fact]
    public async Task MaxConcurrency_HoldsAcrossWorkers()
    {
        await using var first = await StartAsync(kind => kind.MaxConcurrency = 2);
        await using var second = await StartAsync(kind => kind.MaxConcurrency = 2);
        var (running, most) = (0, 0);
        async Task Run(JobContext<TestPayload> context, CancellationToken token)
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Delay(TimeSpan.FromMilliseconds(20), token);
            Interlocked.Decrement(ref running);
        }

        first.Script.Run = Run;
        second.Script.Run = Run;
        var ids = await EnqueueAsync(first, 30);
        foreach (var id in ids)
        {
            Assert.Equal(1, (await first.WaitForAsync(id, JobState.Completed)).Attempt);
        }

        Assert.Equal(2, most);
    }

    [Fact]
    public async Task MaxConcurrency_CountsWhatADeadWorkerWasRunning_UntilItIsRescued()
    {
        await using var dead = await CreateAsync(kind => kind.MaxConcurrency = 1);
        var ids = await EnqueueAsync(dead, 2);
        await dead.Get<WorkerHeartbeat>().BeatAsync(Token);
        var lost = Assert.Single(await dead.ClaimLimitedAsync(10));

        await using var alive = await CreateAsync(kind => kind.MaxConcurrency = 1);
        await alive.Get<WorkerHeartbeat>().BeatAsync(Token);
        Assert.Empty(await alive.ClaimLimitedAsync(10));

        await alive.StartAsync();
        foreach (var id in ids)
        {
            await alive.WaitForAsync(id, JobState.Completed);
        }

        Assert.Equal(["rescued", "completed"], (await alive.Reader.FindAsync(lost.Id, Token))!.Attempts.Select(attempt => attempt.Outcome));
    }

    [Fact]
    public async Task RateLimit_HoldsInEveryStretchOfItsPeriod_AcrossWorkers()
    {
        var limit = new JobRateLimit(5, TimeSpan.FromSeconds(0.5));
        await using var first = await StartAsync(kind => kind.RateLimit = limit);
        await using var second = await StartAsync(kind => kind.RateLimit = limit);

        foreach (var id in await EnqueueAsync(first, 18))
        {
            await first.WaitForAsync(id, JobState.Completed);
        }

        Assert.Equal(5, await Database.ScalarAsync<long>(
            """
            select max(starts) from (
                select count(*) over (order by started_at range between interval '0.499 seconds' preceding and current row) as starts
                from jobs.job) as stretch
            """));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ALimitedKind_WhoseClaimsFailOrHang_KeepsNoOtherFromBeingClaimed(bool hangs)
    {
        const string OtherLimited = "other-limited";
        await using var program = await StartAsync(
            kind => kind.MaxConcurrency = 1,
            builder => builder.Services.AddJobHandler<TestPayload, TestHandler>(OtherLimited, kind => kind.MaxConcurrency = 1));
        await using var holdUp = hangs ? await Database.HoldUpAsync("update on jobs.job", $"new.kind = '{Kind}' and new.state = 'running'") : null;
        if (!hangs)
        {
            await Database.RefuseFirstAsync(int.MaxValue, $"new.kind = '{Kind}' and new.state = 'running'");
        }

        await program.EnqueueAsync(kind: Kind);
        if (hangs)
        {
            await Database.WaitForWaiterAsync();
        }
        else
        {
            while (!await Database.HasRefusedAsync())
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
            }
        }

        for (var job = 0; job < 10; job++)
        {
            await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);
            await program.WaitForAsync(await program.EnqueueAsync(kind: OtherLimited), JobState.Completed);
        }
    }

    [Fact]
    public async Task HeldBackJobs_DoNotStandInTheWayOfOthers()
    {
        await using var program = await StartAsync(kind => kind.MaxConcurrency = 1);
        var goOn = new TaskCompletionSource();
        program.Script.Run = (context, _) => context.Kind == Kind ? goOn.Task : Task.CompletedTask;
        var limited = await EnqueueAsync(program, 40);
        await program.WaitForAsync(limited[0], JobState.Running);

        await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal(39, await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'available' and attempt = 0"));
        goOn.SetResult();
        foreach (var id in limited)
        {
            await program.WaitForAsync(id, JobState.Completed);
        }
    }

    [Theory]
    [InlineData(1, HealthStatus.Healthy)]
    [InlineData(2, HealthStatus.Unhealthy)]
    public async Task Worker_WhenALimitHoldsAllWaitingJobsBack_IsHealthy(int maxConcurrency, HealthStatus expected)
    {
        var time = new FakeTimeProvider();
        await using var program = await CreateAsync(kind => kind.MaxConcurrency = maxConcurrency, builder => builder.Services.AddSingleton<TimeProvider>(time));
        _ = program.Get<WorkerActivity>();
        await EnqueueAsync(program, 1);
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        Assert.Single(await program.ClaimLimitedAsync(10));

        await EnqueueAsync(program, 1);
        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 minute'");
        time.Advance(TimeSpan.FromMinutes(1));
        var report = await program.Get<HealthCheckService>().CheckHealthAsync(Token);

        Assert.Equal(expected, report.Entries["job-worker"].Status);
    }

    [Fact]
    public async Task Jobs_ThatWereStoredBeforeTheLimit_KeepToIt()
    {
        await using var before = await CreateAsync(_ => { });
        var ids = await EnqueueAsync(before, 3);
        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 minute'");

        await using var after = await CreateAsync(kind => kind.MaxConcurrency = 1);
        await after.Get<WorkerHeartbeat>().BeatAsync(Token);
        Assert.Empty(await after.Get<JobClaimer>().ClaimAsync(10, Token));
        Assert.Contains(Assert.Single(await after.ClaimLimitedAsync(10)).Id, ids);
    }

    [Fact]
    public async Task MaxConcurrency_CountsWhatRunsSinceBeforeTheLimit()
    {
        // It has no second place, so that all else is the other's.
        await using var before = await CreateAsync(_ => { }, builder => builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = 1));
        var goOn = new TaskCompletionSource();
        before.Script.Run = (_, _) => goOn.Task;
        await before.StartAsync();
        var running = await EnqueueAsync(before, 1);
        await before.WaitForAsync(running[0], JobState.Running);

        await using var after = await StartAsync(kind => kind.MaxConcurrency = 1);
        var waiting = await EnqueueAsync(after, 1);
        // One that has no limit, and is looked for after the other.
        await after.WaitForAsync(await after.EnqueueAsync(), JobState.Completed);
        Assert.Equal(JobState.Available, (await after.Reader.FindAsync(waiting[0], Token))!.State);

        goOn.SetResult();
        await after.WaitForAsync(waiting[0], JobState.Completed);
    }

    [Fact]
    public async Task AKindWhoseClaimFails_LosesNothingOfTheOthers()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            builder.Services.AddJobHandler<TestPayload, TestHandler>(Kind, kind => kind.MaxConcurrency = 1);
            builder.Services.AddJobHandler<TestPayload, TestHandler>("broken", kind => kind.MaxConcurrency = 1);
        });
        await Database.ExecuteAsync(
            """
            create function jobs.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
            create trigger refuse before update on jobs.job for each row when (new.kind = 'broken') execute function jobs.refuse();
            """);
        await program.EnqueueAsync(kind: "broken");
        await program.StartAsync();

        for (var job = 0; job < 10; job++)
        {
            var id = await program.EnqueueAsync(kind: Kind);
            Assert.Equal(1, (await program.WaitForAsync(id, JobState.Completed)).Attempt);
            // So that the next look is for both kinds, in whichever order.
            program.Get<LimitedKinds>().LookFor("broken");
        }
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void Limits_ThatMakeNoSense_AreRefusedAtRegistration(int maxConcurrency, int permits, int seconds) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddJobKind<TestPayload>(Kind, kind =>
        {
            kind.MaxConcurrency = maxConcurrency;
            kind.RateLimit = new JobRateLimit(permits, TimeSpan.FromSeconds(seconds));
        }));

    private async Task<JobProgram> StartAsync(Action<JobKindOptions> limit, Action<HostApplicationBuilder>? configure = null)
    {
        var program = await CreateAsync(limit, configure);
        await program.StartAsync();
        return program;
    }

    private Task<JobProgram> CreateAsync(Action<JobKindOptions> limit, Action<HostApplicationBuilder>? configure = null) =>
        JobProgram.CreateAsync(Database, builder =>
        {
            builder.Services.AddJobHandler<TestPayload, TestHandler>(Kind, limit);
            configure?.Invoke(builder);
        });

    private static async Task<IReadOnlyList<Guid>> EnqueueAsync(JobProgram program, int count)
    {
        var requests = Enumerable.Range(0, count).Select(_ => JobRequest.For(Kind, new TestPayload())).ToList();
        return Assert.IsType<EnqueueManyResult.Enqueued>(await program.Queue.EnqueueManyAsync(requests, Token)).JobIds;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; seen < value;)
        {
            seen = Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
