using Forge.TestServers;

namespace Forge.ChaosTests.Scenarios;

public sealed class FrozenPostgresTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>Longer than a lease, and than a lease and the rescuer's interval together.</summary>
    private static readonly TimeSpan FrozenFor = TimeSpan.FromSeconds(12);

    /// <summary>Long enough to run when Postgres freezes, and still when it wakes.</summary>
    private static readonly TimeSpan LongJob = TimeSpan.FromSeconds(15);

    private const int LongJobs = 8;

    [Fact]
    public async Task Postgres_FrozenForLongerThanALease_LeavesEveryJobWithItsWorker()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        await StartWorkersAsync(app);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        for (var round = 0; round < Scale.Rounds; round++)
        {
            await WaitUntilTheyMayJudgeAsync(app);
            await Task.WhenAll(Enumerable.Range(0, LongJobs).Select(_ => submitter.SubmitOneAsync(LongJob, Token)));
            await Eventually.GetAsync(app.Ledger.RunningAsync, count => count >= LongJobs, "the long jobs' runs");
            using (await FrozenPostgres.FreezeAsync(app.Data, Token))
            {
                await Task.Delay(FrozenFor, Token);
            }

            await submitter.SubmitAsync(Scale.JobsOf(round), Token);
            await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs after a freeze");
        }

        var over = await app.Ledger.NowAsync(Token);
        var tally = await SettleAsync(
            app,
            $"Postgres frozen for {FrozenFor.TotalSeconds:0} s, {Scale.Times}",
            submitter,
            () => app.Ledger.LastEndAsync(over, Token),
            $"{LongJobs * Scale.Rounds} jobs ran");
        Assert.Equal((0, 0), (tally.NeedlessRescues, tally.RepeatedRuns));
    }
}
