namespace Forge.ChaosTests.Scenarios;

public sealed class RedisLossTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>The server, and whether it is frozen, keeping its connections and answering nothing, or killed. The short form has one kill.</summary>
    public static TheoryData<string, bool> Absences { get; } = [.. Scale.IsLong
        ? RedisServers.All.SelectMany(server => (TheoryDataRow<string, bool>[])[(server, false), (server, true)])
        : [(RedisServers.Default, false)]];

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
    [MemberData(nameof(Absences))]
    public async Task Redis_AwayForAWhile_CostsNoJob(string redisServer, bool isFrozen)
    {
        await using var app = await ChaosApp.StartAsync(redisServer, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], Scale.Jobs / 4);

        var lost = await app.Ledger.NowAsync(Token);
        if (isFrozen)
        {
            app.Redis.Send(UnixSignal.Stop);
            await WaitForWorkWithoutRedisAsync(app);
            app.Redis.Send(UnixSignal.Continue);
        }
        else
        {
            await app.Redis.EndAsync(UnixSignal.Kill, Token);
            await WaitForWorkWithoutRedisAsync(app);
            await app.StartRedisAsync(Token);
        }

        await submitting;
        var name = isFrozen ? "Redis frozen and woken" : "Redis killed and restarted empty";
        await SettleAsync(app, $"{name} ({redisServer})", submitter, () => LongestStallAsync(app, [lost]));
    }

    private static async Task WaitForWorkWithoutRedisAsync(ChaosApp app)
    {
        var before = await app.Ledger.CompletedAsync(Token);
        await Eventually.GetAsync(
            app.Ledger.CompletedAsync, count => count >= Math.Min(Scale.Jobs, before + (Scale.Jobs / 10)), "jobs that run without Redis");
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
