using StackExchange.Redis;

namespace Forge.ChaosTests.Scenarios;

public sealed class RedisLossTests(Scorecard scorecard) : Scenario(scorecard)
{
    private const int Times = 3;

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
        for (var time = 0; time < Times; time++)
        {
            await WaitUntilBusyAsync(app, app.Workers[0], Scale.Jobs * time / (Times + 1));
            losses.Add(await app.Ledger.NowAsync(Token));
            await FlushAsync(app);
        }

        await SettleAsync(app, $"FLUSHALL, three times ({redisServer})", submitter, () => LongestStallAsync(app, losses));
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
        await app.Redis.StartAsync(Token);

        await submitting;
        await SettleAsync(app, $"Redis killed and restarted empty ({redisServer})", submitter, () => LongestStallAsync(app, [lost]));
    }

    private static async Task FlushAsync(ChaosApp app)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await app.RedisConfigurationAsync(Token));
        await redis.GetServers()[0].FlushAllDatabasesAsync();
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
