namespace Forge.ChaosTests.Scenarios;

public sealed class RedisLossTests(Scorecard scorecard) : Scenario(scorecard)
{
    [Theory]
    [MemberData(nameof(RedisServers.All), MemberType = typeof(RedisServers))]
    public async Task Redis_Flushed_CostsNoJob(string redisServer)
    {
        await using var app = await ChaosApp.StartAsync(redisServer, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        await submitter.SubmitAsync(Scale.Jobs, Token);
        var losses = new List<DateTime>();
        for (var time = 0; time < Scale.Rounds; time++)
        {
            await WaitUntilBusyAsync(app, app.Workers[0], Scale.Jobs * time / (Scale.Rounds + 1));
            losses.Add(await app.Ledger.NowAsync(Token));
            await app.FlushRedisAsync(Token);
        }

        await SettleAsync(app, $"FLUSHALL, {Scale.Times} ({redisServer})", submitter, () => LongestStallAsync(app, losses));
    }

    [Theory]
    [MemberData(nameof(RedisServers.All), MemberType = typeof(RedisServers))]
    public async Task Redis_KilledAndRestartedEmpty_CostsNoJob(string redisServer)
    {
        await using var app = await ChaosApp.StartAsync(redisServer, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], Scale.Jobs / 4);

        var lost = await app.Ledger.NowAsync(Token);
        await app.Redis.EndAsync(UnixSignal.Kill, Token);
        var without = await app.Ledger.CompletedAsync(Token);
        await Eventually.GetAsync(app.Ledger.CompletedAsync, count => count >= without + (Scale.Jobs / 10), "jobs that run without Redis");
        await app.StartRedisAsync(Token);

        await submitting;
        await SettleAsync(app, $"Redis killed and restarted empty ({redisServer})", submitter, () => LongestStallAsync(app, [lost]));
    }

    [Fact]
    public async Task Redis_FrozenAndWoken_CostsNoJob()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Default, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], Scale.Jobs / 4);

        var frozen = await app.Ledger.NowAsync(Token);
        app.Redis.Send(UnixSignal.Stop);
        await submitting;
        var without = await app.Ledger.CompletedAsync(Token);
        await Eventually.GetAsync(app.Ledger.CompletedAsync, count => count >= Math.Min(Scale.Jobs, without + (Scale.Jobs / 10)), "jobs that run while Redis does not answer");
        app.Redis.Send(UnixSignal.Continue);

        await SettleAsync(app, "Redis frozen, so that it answers nothing, and woken", submitter, () => LongestStallAsync(app, [frozen]));
    }

    private static async Task<TimeSpan> LongestStallAsync(ChaosApp app, IEnumerable<DateTime> losses)
    {
        var longest = TimeSpan.Zero;
        foreach (var loss in losses)
        {
            var stall = await app.Ledger.StallAsync(loss, Token);
            longest = stall > longest ? stall : longest;
        }

        return longest;
    }
}
