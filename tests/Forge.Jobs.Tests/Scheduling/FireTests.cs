using System.Diagnostics;
using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Forge.Jobs.Tests.Scheduling;

public sealed class FireTests(JobServers servers) : ScheduleTests(servers)
{
    [Fact]
    public async Task EachSecond_OnTwoWorkers_FiresEachDueSecondOnce()
    {
        var seconds = LongTests.AreWanted ? 60 : 4;
        await using var first = await JobProgram.StartAsync(Database);
        await using var second = await JobProgram.StartAsync(Database);
        await PutAsync(first);

        await WaitForFiresAsync(seconds, TimeSpan.FromSeconds(seconds + 60));
        await Task.WhenAll(first.StopAsync(), second.StopAsync());

        var fires = await FiresAsync();
        AreEachSecond(fires);
        Assert.DoesNotContain(fires, fire => fire.IsMissed);
        await HasOneJobEachAsync(fires);
        Report("each second", fires);
    }

    [Fact]
    public async Task EachSecond_AfterAnOutage_IsCaughtUpOnce()
    {
        await using (var first = await JobProgram.StartAsync(Database))
        await using (var second = await JobProgram.StartAsync(Database))
        {
            await PutAsync(first);
            await WaitForFiresAsync(2);
            await Task.WhenAll(first.StopAsync(), second.StopAsync());
        }

        var before = await FiresAsync();
        if (LongTests.AreWanted)
        {
            await Database.ExecuteAsync("select pg_sleep(20)");
        }
        else
        {
            // Nothing fires here, so the past can be made longer instead of waiting for it.
            await Database.ExecuteAsync("update jobs.schedule set next_fire_at = next_fire_at - interval '20 seconds'");
            await Database.ExecuteAsync("update jobs.schedule_fire set fire_at = fire_at - interval '20 seconds'");
        }

        var restarted = await Database.ScalarAsync<DateTime>("select now()");
        await using var third = await JobProgram.StartAsync(Database);
        await using var fourth = await JobProgram.StartAsync(Database);
        await WaitForFiresAsync(before.Count + 4);
        await Task.WhenAll(third.StopAsync(), fourth.StopAsync());

        var fires = await FiresAsync();
        var after = fires.Skip(before.Count).ToList();
        Assert.Equal(1, after.Count(fire => fire.IsMissed));
        Assert.True(after[0].IsMissed);
        Assert.All(after.Skip(1), fire => Assert.True(fire.FireAt > restarted));
        AreEachSecond([.. after.Skip(1)]);
        await HasOneJobEachAsync(fires);
        Report($"outage of {(after[1].FireAt - after[0].FireAt).TotalSeconds:0} s", after);
    }

    [Fact]
    public async Task Fire_ThatIsLateButNotMissed_IsFiredLikeAnyOther()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await PutAsync(program);
        await DelayNextFireAsync("5 seconds");

        await FireDueAsync(program);

        var fires = await FiresAsync();
        Assert.InRange(fires.Count, 6, int.MaxValue);
        AreEachSecond(fires);
        Assert.DoesNotContain(fires, fire => fire.IsMissed);
    }

    [Fact]
    public async Task Fire_OfARareSchedule_IsCaughtUpOnceAndThenWaits()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await PutAsync(program, Request(Nightly));
        await DelayNextFireAsync("100 days");

        await program.StartAsync();
        var fire = Assert.Single(await WaitForFiresAsync(1));
        await program.WaitForAsync(fire.JobId!.Value, JobState.Completed);
        await program.StopAsync();

        var schedule = await FindAsync(program);
        Assert.True(fire.IsMissed);
        Assert.Equal((fire.FireAt, fire.JobId), (schedule.LastFireAt!.Value.UtcDateTime, schedule.LastJobId));
        Assert.True(schedule.NextFireAt > await Database.ScalarAsync<DateTime>("select now()"));
        await HasOneJobEachAsync(await FiresAsync());
    }

    [Fact]
    public async Task Fire_ThatHasHappenedBefore_IsNotRepeated()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await PutAsync(program, Request(Nightly));
        await DelayNextFireAsync("1 hour");
        await FireDueAsync(program);
        var fire = Assert.Single(await FiresAsync());
        await Database.ExecuteAsync("update jobs.schedule set next_fire_at = last_fire_at");

        await FireDueAsync(program);

        Assert.Equal(fire, Assert.Single(await FiresAsync()));
        Assert.Equal(fire.JobId, (await FindAsync(program)).LastJobId);
        await HasOneJobEachAsync([fire]);
    }

    [Fact]
    public async Task Fire_WhenTheScheduleIsDeletedMeanwhile_EndsAndIsTheLast()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await PutAsync(program);
        await DelayNextFireAsync("1 second");
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var hold = new Npgsql.NpgsqlCommand("lock table jobs.job in exclusive mode", connection, transaction))
        {
            await hold.ExecuteNonQueryAsync(Token);
        }

        var firing = program.Get<ScheduleFirer>().FireNextAsync([], Token);
        await WaitForLocksAsync(1);
        var deleting = program.Get<JobSchedules>().DeleteAsync(Name, Token);
        await WaitForLocksAsync(2);
        await transaction.CommitAsync(Token);

        Assert.True(await firing);
        Assert.True(await deleting);
        Assert.Null(await program.Get<JobSchedules>().FindAsync(Name, Token));
        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
        Assert.False(await program.Get<ScheduleFirer>().FireNextAsync([], Token));
    }

    [Fact]
    public async Task Fire_WhenItsWorkerFreezesBeforeTheCommit_IsAnothersAfterOneLease()
    {
        const string Queue = "frozen";
        static void AddQueue(HostApplicationBuilder builder) => builder.AddJobQueue(options => options.Queues.Add(Queue));
        await using var program = await JobProgram.CreateAsync(Database, AddQueue);
        await using var other = await JobProgram.CreateAsync(Database, AddQueue);
        var request = Request(Nightly) with { Job = Request().Job with { Queue = Queue } };
        await PutAsync(program, request);
        await DelayNextFireAsync("1 second");

        // The first to enqueue stays where it is, with its transaction open.
        var frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var thaw = new SemaphoreSlim(0);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Forge.Jobs",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity => _ = activity.OperationName.StartsWith($"send {Queue} ", StringComparison.Ordinal) && frozen.TrySetResult() && thaw.Wait(TimeSpan.FromMinutes(1)),
        };
        ActivitySource.AddActivityListener(listener);
        var failed = new List<string>();
        var firing = Task.Run(() => program.Get<ScheduleFirer>().FireNextAsync(failed, Token));
        await frozen.Task;

        await other.StartAsync();
        Assert.IsType<PutScheduleResult.Updated>(await PutAsync(other, request).WaitAsync(TimeSpan.FromSeconds(20), Token));
        var fires = await WaitForFiresAsync(1, TimeSpan.FromSeconds(20));
        thaw.Release();

        Assert.True(await firing);
        Assert.Equal([Name], failed);
        Assert.Equal(fires, await FiresAsync());
        await HasOneJobEachAsync(fires);
    }

    [Fact]
    public async Task Fire_WhileItsScheduleIsLocked_IsLookedForLessAndLessOften()
    {
        var statements = new StatementLog();
        await using var program = await JobProgram.CreateAsync(Database, builder => statements.AddTo(builder, Database));
        await PutAsync(program, Request(Nightly));
        await DelayNextFireAsync("1 second");
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var hold = new Npgsql.NpgsqlCommand("select from jobs.schedule for update", connection, transaction))
        {
            await hold.ExecuteNonQueryAsync(Token);
        }

        await program.StartAsync();
        await Database.ExecuteAsync("select pg_sleep(3)");
        var looks = statements.Count("for update of s skip locked");
        await transaction.CommitAsync(Token);

        Assert.InRange(looks, 1, 15);
        Assert.Single(await WaitForFiresAsync(1));
    }

    [Fact]
    public async Task Fire_OfAKindWithALimit_IsOnNoList()
    {
        const string Limited = "limited";
        await using var program = await JobProgram.CreateAsync(Database, builder =>
            builder.Services.AddJobHandler<TestPayload, TestHandler>(Limited, kind => kind.MaxConcurrency = 1));
        await PutAsync(program, Request(Nightly) with { Job = JobRequest.For(Limited, new TestPayload()) });
        await PutAsync(program, Request(Nightly) with { Name = "other" });
        await DelayNextFireAsync("1 second");

        await FireDueAsync(program);

        // The other's job was pushed by the same connection, so whatever was pushed is there with it.
        var other = (await program.Get<JobSchedules>().FindAsync("other", Token))!.LastJobId;
        var list = await program.Get<IConnectionMultiplexer>().GetDatabase().ListRangeAsync($"{Database.KeyPrefix}:waiting:default:{JobProgram.Kind}:1:5");
        Assert.Equal([other.ToString()], list.Select(id => id.ToString()));
        Assert.False(await program.Get<IConnectionMultiplexer>().GetDatabase().KeyExistsAsync($"{Database.KeyPrefix}:waiting:default:{Limited}:1:5"));
    }

    [Fact]
    public async Task Fire_WithoutRedis_Happens()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.UseUnreachableRedis());
        await PutAsync(program);

        var fires = await WaitForFiresAsync(2);

        await program.WaitForAsync(fires[0].JobId!.Value, JobState.Completed);
    }

    [Fact]
    public async Task Prune_DeletesOldFiresOnly()
    {
        await using var program = await JobProgram.StartAsync(Database);
        await PutAsync(program);
        await WaitForFiresAsync(2);
        await program.StopAsync();
        var fires = await FiresAsync();
        await Database.ExecuteAsync("update jobs.schedule_fire set fired_at = now() - interval '8 days' where fire_at = @at", new Npgsql.NpgsqlParameter("at", fires[0].FireAt));

        await program.Get<FirePruner>().RunOnceAsync(Token);

        Assert.Equal(fires.Skip(1), await FiresAsync());
    }

    private static async Task FireDueAsync(JobProgram program)
    {
        while (await program.Get<ScheduleFirer>().FireNextAsync([], Token))
        {
        }
    }

    /// <summary>Waits until so many sessions of this database wait for a lock.</summary>
    private async Task WaitForLocksAsync(int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (await Database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private static void Report(string what, List<Fire> fires)
    {
        var late = fires.Where(fire => !fire.IsMissed).Select(fire => (fire.FiredAt - fire.FireAt).TotalMilliseconds).Order().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}: {fires.Count} fires, {fires.Count(fire => fire.IsMissed)} caught up; late by {late[late.Count / 2]:0.0} ms (median), {late[^1]:0.0} ms (most)");
    }
}
