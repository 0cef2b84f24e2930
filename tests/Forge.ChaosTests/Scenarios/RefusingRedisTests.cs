namespace Forge.ChaosTests.Scenarios;

public sealed class RefusingRedisTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>What is wrong, how a server comes to it and back, and the error that it answers with.</summary>
    public static TheoryData<string, string[], string[], string> Refusals { get; } = new()
    {
        // It still lets ids be taken off the lists; the other one does not.
        { "full, evicts nothing", ["CONFIG SET maxmemory-policy noeviction", "CONFIG SET maxmemory 1"], ["CONFIG SET maxmemory 0"], "OOM" },
        { "without rights", ["ACL SETUSER default -rpush -lpush -lpop -eval -evalsha -publish"], ["ACL SETUSER default +@all"], "NOPERM" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Redis_RefusingForAWhile_CostsNoJob(string name, string[] harm, string[] undo, string error)
    {
        Assert.SkipUnless(RedisServers.IsInstalled, "redis-server is not installed, and Garnet cannot be made to refuse.");
        await using var app = await ChaosApp.StartAsync(RedisServers.RedisServer, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var submitting = submitter.SubmitAsync(Scale.Jobs / 2, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], 0);

        var before = await app.Lists.RefusalsAsync(error, Token);
        await app.Lists.ExecuteAsync(harm, Token);
        var refusing = await app.Ledger.NowAsync(Token);
        await submitting;
        await submitter.SubmitAsync(Scale.Jobs / 2, Token);
        await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs while Redis refuses");
        var refusals = await app.Lists.RefusalsAsync(error, Token) - before;
        await app.Lists.ExecuteAsync(undo, Token);

        var tally = await SettleAsync(
            app, $"Redis refuses: {name}", submitter, () => app.Ledger.StallAsync(refusing, Token), $"{refusals} commands refused");
        Assert.True(refusals > 0, "Redis refused nothing.");
        Assert.Equal(0, tally.RepeatedRuns);
        submitter.AssertNothingRefused();
    }
}
