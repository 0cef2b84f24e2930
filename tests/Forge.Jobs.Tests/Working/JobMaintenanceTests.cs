using Microsoft.Extensions.DependencyInjection;

namespace Forge.Jobs.Tests.Working;

public sealed class JobMaintenanceTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Sweep_WhenRedisLostItsList_FillsItAgain_AndOnlyThen()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        for (var i = 0; i < 3; i++)
        {
            await program.EnqueueAsync();
        }

        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 minute'");
        await Database.ForgetListsAsync();
        await SweepAsync(program);
        await SweepAsync(program);

        Assert.Equal(3, await program.CountListedAsync());
    }

    [Fact]
    public async Task Sweep_OfAListInAnotherOrder_AddsEachOfTheOldestOnce_HoweverOftenItComes()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var ids = Assert.IsType<EnqueueManyResult.Enqueued>(
            await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, 4_000).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload()))], Token)).JobIds;
        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 hour' + random() * interval '1 minute'");

        for (var sweep = 0; sweep < 10; sweep++)
        {
            await SweepAsync(program);
        }

        Assert.InRange(await program.CountListedAsync(), ids.Count + 1, ids.Count + 1_000);
    }

    [Fact]
    public async Task Dispatch_WhenRedisIsThere_NeedsNoPoll()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.Services.Configure<JobWorkerOptions>(options =>
        {
            options.FallbackPollInterval = TimeSpan.FromMinutes(5);
            options.SweepInterval = TimeSpan.FromMinutes(5);
        }));

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.InRange(job.StartedAt!.Value - job.CreatedAt, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Prune_DeletesOnlyWhatIsOldAndFinished()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var waiting = await program.EnqueueAsync();
        var fresh = await program.EnqueueAsync();
        var deadLetter = await program.EnqueueAsync();
        var old = await program.EnqueueAsync();
        foreach (var (id, state) in new[] { (fresh, JobState.Completed), (old, JobState.Completed), (deadLetter, JobState.Discarded) })
        {
            await program.FinishAsync(await program.ClaimAsync(id), AttemptOutcome.Completed, state);
            await Database.ExecuteAsync("update jobs.job set state = 'available', worker_id = null, lease_token = null, attempt = 0 where state = 'running'");
        }

        await Database.ExecuteAsync("update jobs.job set finished_at = now() - interval '8 days' where id = any (@ids)", new Npgsql.NpgsqlParameter("ids", new[] { old, deadLetter }));
        await program.Get<JobPruner>().RunOnceAsync(Token);

        Assert.Null(await program.Reader.FindAsync(old, Token));
        foreach (var id in new[] { waiting, fresh, deadLetter })
        {
            Assert.NotNull(await program.Reader.FindAsync(id, Token));
        }
    }

    [Fact]
    public async Task Stop_WhileAPruneHangs_DoesNotWaitForIt()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder =>
            builder.Services.Configure<JobWorkerOptions>(options => options.PruneInterval = TimeSpan.FromSeconds(0.2)));
        var id = await program.EnqueueAsync();
        await program.FinishAsync(await program.ClaimAsync(id), AttemptOutcome.Completed, JobState.Completed);
        await Database.ExecuteAsync("update jobs.job set finished_at = now() - interval '8 days'");
        await using (await Database.HoldUpAsync("delete on jobs.job"))
        {
            await program.StartAsync();
            await Database.WaitForWaiterAsync();

            // The host would wait for half a minute.
            await program.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
        }
    }

    [Fact]
    public async Task Migration_WhenManyProgramsStartAtOnce_HappensOnce()
    {
        var programs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => JobProgram.CreateAsync(Database)));

        Assert.True(await Database.ScalarAsync<bool>("select count(*) > 0 and count(*) = count(distinct scriptname) from jobs.schema_version"));
        foreach (var program in programs)
        {
            await program.DisposeAsync();
        }
    }

    /// <summary>As a sweeper that has not swept before: one that has keeps to its share of the time.</summary>
    private static Task SweepAsync(JobProgram program) => ActivatorUtilities.CreateInstance<JobSweeper>(program.Get<IServiceProvider>()).RunOnceAsync(Token);
}
