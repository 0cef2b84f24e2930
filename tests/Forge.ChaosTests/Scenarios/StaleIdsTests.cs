namespace Forge.ChaosTests.Scenarios;

public sealed class StaleIdsTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>On each list. A database that was restored from a backup knows none of the ids that came after it.</summary>
    private static readonly int StaleIds = Scale.IsLong ? 100_000 : 30_000;

    /// <summary>One by one these ids take hours; a worker that drops them by the thousand needs a second or two.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task IdsThatPostgresDoesNotKnow_HoldUpNoJob()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        await submitter.SubmitAsync(Scale.Jobs, Token);
        var waiting = submitter.Promised.ToList();
        var stale = await app.Lists.FillWithStaleIdsAsync(StaleIds, Token);
        var listed = await app.Lists.CountAsync(Token);

        var started = await app.Ledger.NowAsync(Token);
        foreach (var worker in app.Workers)
        {
            await worker.StartAsync(Token);
        }

        await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs");
        var took = await app.Ledger.StartTimeAsync(waiting, started, Token);
        await Eventually.GetAsync(app.Lists.CountAsync, count => count == 0, "the end of the stale ids");
        // Those that come later find their way as ever.
        await submitter.SubmitAsync(Scale.Jobs / 2, Token);

        var tally = await SettleAsync(app, "ids on the lists that Postgres does not know", submitter, () => Task.FromResult(took), $"{stale} stale ids");
        Assert.True(stale >= StaleIds && listed >= stale + Scale.Jobs, $"{listed} ids were on the lists.");
        Assert.InRange(took, TimeSpan.Zero, Limit);
        Assert.Equal(0, tally.RepeatedRuns);
        submitter.AssertNothingRefused();
    }
}
