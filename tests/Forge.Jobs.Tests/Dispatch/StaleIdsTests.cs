using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forge.Jobs.Tests.Dispatch;

/// <summary>Ids on the lists whose jobs do not wait. No poll and no sweep comes to the rescue here.</summary>
public sealed class StaleIdsTests(JobServers servers) : JobTests(servers)
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("truncate jobs.job cascade")]
    [InlineData("update jobs.job set state = 'cancelled', cancel_requested_at = now(), finished_at = now()")]
    public async Task IdsOfJobsThatDoNotWait_DoNotHoldUpJobs(string becomeStale)
    {
        var statements = new StatementLog();
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            WithoutPolls(builder);
            statements.AddTo(builder, Database);
        });
        await EnqueueManyAsync(program, 30_000);
        await Database.ExecuteAsync(becomeStale);
        var ids = await EnqueueManyAsync(program, 200);

        await program.StartAsync();

        await WaitForAllAsync(ids.Count);
        Assert.Equal(0, await program.CountListedAsync());
        // Some for the stale ids and some for the jobs: one for each few dozen ids would be a thousand.
        Assert.InRange(statements.Count("j.state || '' = 'available'"), 1, 200);
    }

    [Fact]
    public async Task JobsAmongManyStaleIds_AllRun_InTheirOrder()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            WithoutPolls(builder);
            builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = 1);
        });
        await EnqueueManyAsync(program, 30_000);
        // One in a thousand lives, so that a large take brings more than there is room for.
        await Database.ExecuteAsync("delete from jobs.job where id not in (select id from (select id, row_number() over (order by id) as n from jobs.job) as numbered where n % 1000 = 0)");

        await program.StartAsync();

        await WaitForAllAsync(30);
        Assert.True(await Database.ScalarAsync<bool>("select array_agg(id order by started_at, id) = array_agg(id order by id) from jobs.job"));
    }

    [Fact]
    public async Task AClaimThatFailsAmongStaleIds_KeepsWhatItHasClaimedBefore()
    {
        await using var program = await JobProgram.CreateAsync(Database, WithoutPolls);
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        var claimable = await program.EnqueueAsync();
        program.Push([.. Enumerable.Range(0, 50).Select(_ => Guid.NewGuid())]);
        await program.EnqueueAsync(change: request => request with { Owner = "refused" });
        await Database.RefuseFirstAsync(1, "new.owner = 'refused' and new.state = 'running'");

        var claimed = await program.Get<JobClaimer>().ClaimAsync(10, Token);

        Assert.True(await Database.HasRefusedAsync());
        Assert.Equal(claimable, Assert.Single(claimed).Id);
    }

    [Fact]
    public async Task AForeignValueOnAList_HoldsUpNobody()
    {
        await using var program = await JobProgram.StartAsync(Database, WithoutPolls);
        await program.Get<StackExchange.Redis.IConnectionMultiplexer>().GetDatabase()
            .ListRightPushAsync($"{Database.KeyPrefix}:waiting:default:{JobProgram.Kind}:1:5", "not an id");

        await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);
    }

    private static void WithoutPolls(HostApplicationBuilder builder) =>
        builder.Services.Configure<JobWorkerOptions>(options => options.FallbackPollInterval = options.SweepInterval = TimeSpan.FromMinutes(5));

    private static async Task<IReadOnlyList<Guid>> EnqueueManyAsync(JobProgram program, int count) =>
        Assert.IsType<EnqueueManyResult.Enqueued>(
            await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, count).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload()))], Token)).JobIds;

    private async Task WaitForAllAsync(long count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Generous);
        while (await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'completed'") < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }
}
