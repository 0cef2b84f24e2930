using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

public sealed class JobClaimTests(JobServers servers) : JobTests(servers)
{
    private const string Limited = "limited";
    private const string OtherQueue = "other";

    [Fact]
    public async Task AJobOfAPausedQueue_DoesNotStallItsLimitedKind()
    {
        await using var program = await JobProgram.StartAsync(Database, WithLimitedKind);
        await program.Control.PauseQueueAsync(OtherQueue, Token);
        await program.EnqueueAsync(change: request => request with { Queue = OtherQueue, Priority = 3 }, kind: Limited);

        await RunOneByOneAsync(program, Limited);
    }

    [Theory]
    [InlineData(JobProgram.Kind)]
    [InlineData(Limited)]
    public async Task AParkedJob_StallsNobody_WithoutRedis(string kind)
    {
        await using var program = await JobProgram.StartAsync(Database, builder =>
        {
            WithLimitedKind(builder);
            builder.UseUnreachableRedis();
        });
        await program.Control.PauseQueueAsync(OtherQueue, Token);
        var parked = await program.EnqueueAsync(change: request => request with { Queue = OtherQueue, Priority = 3 }, kind: kind);
        await Database.ExecuteAsync("update jobs.job set version = 2, queue = 'default' where id = @id", new NpgsqlParameter("id", parked));

        await RunOneByOneAsync(program, kind);
    }

    [Fact]
    public async Task AJobWhoseIdRedisLost_RunsWhileABacklogStands()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.Configure<JobWorkerOptions>(options =>
        {
            options.Concurrency = 2;
            options.SweepInterval = TimeSpan.FromMinutes(5);
        }));
        program.Script.Run = (_, token) => Task.Delay(TimeSpan.FromSeconds(0.02), token);
        var lost = await program.EnqueueAsync();
        var lessUrgent = await program.EnqueueAsync(change: request => request with { Priority = 9 });
        await Database.ForgetListsAsync();
        await EnqueueManyAsync(program, 4_000);

        await program.StartAsync();
        await program.WaitForAsync(lost, JobState.Completed);
        await program.WaitForAsync(lessUrgent, JobState.Completed);

        Assert.InRange(await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'available'"), 1, 4_000);
    }

    [Fact]
    public async Task APollThatHangs_KeepsNoJobOfTheListsFromBeingClaimed()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            builder.Services.Configure<JobWorkerOptions>(options => options.SweepInterval = TimeSpan.FromMinutes(5));
            // A poll that ended after half a minute would let a job through.
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { CommandTimeout = 0 }));
        });
        await program.EnqueueAsync(change: request => request with { Owner = "slow" });
        // Only a poll can find it: no sweep puts it on its list, where a claim would wait for the lock that the poll has on it.
        await Database.ForgetListsAsync();
        await using var holdUp = await Database.HoldUpAsync("update on jobs.job", "new.owner = 'slow' and new.state = 'running'");
        await program.StartAsync();
        await Database.WaitForWaiterAsync();

        for (var job = 0; job < 10; job++)
        {
            await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);
        }
    }

    [Fact]
    public async Task AWorkerWithoutALease_LeavesTheIdsOnTheirLists()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await program.EnqueueAsync();

        Assert.Empty(await program.Get<JobClaimer>().ClaimAsync(10, Token));

        Assert.Equal(1, await program.CountListedAsync());
    }

    [Fact]
    public async Task Ids_WhoseJobsAreTaken_DoNotHideThoseBehindThem()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.Configure<JobWorkerOptions>(options => options.FallbackPollInterval = TimeSpan.FromMinutes(5)));
        for (var job = 0; job < 12; job++)
        {
            await program.EnqueueAsync();
        }

        await Database.ExecuteAsync("update jobs.job set state = 'cancelled', finished_at = now() where id in (select id from jobs.job order by id limit 10)");
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);

        Assert.Equal(2, (await program.Get<JobClaimer>().ClaimAsync(2, Token)).Count);
    }

    [Fact]
    public async Task ALookForJobs_WalksPastNothingThatNobodyMayClaim()
    {
        const int Each = 2_000;
        await using (var program = await JobProgram.CreateAsync(Database, WithLimitedKind))
        {
            await Database.ExecuteAsync("insert into jobs.queue (name, paused_at) values ('other', now())");
            await EnqueueManyAsync(program, Each, queue: OtherQueue);
            await EnqueueManyAsync(program, Each, Limited);
            await EnqueueManyAsync(program, Each);
            await Database.ExecuteAsync("update jobs.job set version = 2 where queue = 'default' and kind = 'test'");
            await Database.ExecuteAsync("vacuum analyze jobs.job");
            // Ids that lead to nobody's job cost a look each, once.
            await Database.ForgetListsAsync();
        }

        await WaitUntilAloneAsync();
        await Database.ExecuteAsync("select pg_stat_reset()");
        var time = new FakeTimeProvider();
        await using (var program = await JobProgram.CreateAsync(Database, builder =>
        {
            WithLimitedKind(builder);
            builder.Services.AddSingleton<TimeProvider>(time);
        }))
        {
            var goOn = new TaskCompletionSource();
            program.Script.Run = (_, _) => goOn.Task;
            for (var look = 0; look < 10; look++)
            {
                await program.Get<WorkerHeartbeat>().BeatAsync(Token);
                time.Advance(TimeSpan.FromSeconds(1));
                Assert.Empty(await program.Get<JobClaimer>().ClaimAsync(10, Token));
                Assert.Empty(await program.Get<JobClaimer>().PollAsync(10, Token));
                var limited = await program.ClaimLimitedAsync(10);
                Assert.Equal(look == 0 ? 2 : 0, limited.Count);
                program.Get<JobBuffer>().Add(limited);
            }

            goOn.SetResult();
        }

        await WaitUntilAloneAsync();
        Assert.InRange(await Database.ScalarAsync<long>("select (seq_tup_read + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'job'))::bigint from pg_stat_user_tables where relname = 'job'"), 2, Each);
    }

    /// <summary>A session's figures are complete when it has ended.</summary>
    private async Task WaitUntilAloneAsync()
    {
        do
        {
            Database.Data.Clear();
        }
        while (await Database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database()") > 1);
    }

    private static async Task EnqueueManyAsync(JobProgram program, int count, string kind = JobProgram.Kind, string queue = "default") =>
        await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, count).Select(_ => JobRequest.For(kind, new TestPayload()) with { Queue = queue })], Token);

    /// <summary>Each is claimed alone, so that every tenth claim is a turn of what has waited longest.</summary>
    private static async Task RunOneByOneAsync(JobProgram program, string kind)
    {
        for (var job = 0; job < 21; job++)
        {
            await program.WaitForAsync(await program.EnqueueAsync(kind: kind), JobState.Completed);
        }
    }

    private static void WithLimitedKind(HostApplicationBuilder builder)
    {
        builder.Services.AddJobHandler<TestPayload, TestHandler>(Limited, kind => kind.MaxConcurrency = 2);
        builder.Services.Configure<JobQueueOptions>(options => options.Queues.Add(OtherQueue));
    }
}
