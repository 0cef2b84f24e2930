namespace Forge.ChaosTests.Scenarios;

public sealed class RedisLossTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>The server, and whether it is frozen, keeping its connections and answering nothing, or killed. The short form has one kill.</summary>
    public static TheoryData<string, bool> Absences { get; } = [.. Scale.IsLong
        ? RedisServers.All.SelectMany(server => (TheoryDataRow<string, bool>[])[(server, false), (server, true)])
        : [(RedisServers.Garnet, false)]];

    [Theory]
    [MemberData(nameof(RedisServers.All), MemberType = typeof(RedisServers))]
    public async Task Redis_Flushed_CostsNoJob(string redisServer)
    {
        await using var app = await ChaosApp.StartAsync(redisServer, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var losses = new List<(DateTime At, long Ids)>();
        for (var time = 0; time < Scale.Rounds; time++)
        {
            // Each time jobs of its own: those that a flush has hit are found in Postgres, and leave the lists empty.
            var submitting = submitter.SubmitAsync(Scale.JobsOf(time), Token);
            await WaitUntilBusyAsync(app, app.Workers[0], Scale.Jobs * time / Scale.Rounds);
            await WaitUntilListedAsync(app, Scale.JobsOf(time) / 4);
            losses.Add((await app.Ledger.NowAsync(Token), await app.Lists.FlushAsync(Token)));
            await submitting;
        }

        var tally = await SettleAsync(
            app,
            $"FLUSHALL, {Scale.Times} ({redisServer})",
            submitter,
            () => LongestStallAsync(app, losses.Select(loss => loss.At)),
            $"{string.Join(" + ", losses.Select(loss => loss.Ids))} ids lost");
        Assert.All(losses, loss => Assert.True(loss.Ids > 0, "The lists were empty."));
        AssertUnharmed(tally, submitter);
    }

    [Theory]
    [MemberData(nameof(Absences))]
    public async Task Redis_AwayForAWhile_CostsNoJob(string redisServer, bool isFrozen)
    {
        await using var app = await ChaosApp.StartAsync(redisServer, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var submitting = submitter.SubmitAsync(Scale.Jobs / 2, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], 0);
        await WaitUntilListedAsync(app, Scale.Jobs / 8);

        var lost = await app.Ledger.NowAsync(Token);
        var ids = await app.Lists.CountAsync(Token);
        if (isFrozen)
        {
            app.Redis.Send(UnixSignal.Stop);
        }
        else
        {
            await app.Redis.EndAsync(UnixSignal.Kill, Token);
        }

        await submitting;
        await WorkWithoutRedisAsync(app, submitter);
        if (isFrozen)
        {
            app.Redis.Send(UnixSignal.Continue);
        }
        else
        {
            await app.StartRedisAsync(Token);
        }

        var name = isFrozen ? "Redis frozen and woken" : "Redis killed and restarted empty";
        var tally = await SettleAsync(
            app, $"{name} ({redisServer})", submitter, () => LongestStallAsync(app, [lost]), $"{ids} ids {(isFrozen ? "out of reach" : "lost")}");
        Assert.True(ids > 0, "The lists were empty.");
        AssertUnharmed(tally, submitter);
    }

    private static async Task WaitUntilListedAsync(ChaosApp app, int count) =>
        await Eventually.GetAsync(app.Lists.CountAsync, listed => listed >= count, $"{count} ids on Redis' lists");

    /// <summary>Submits the other half of the jobs, and returns once more jobs were claimed from now on, and completed, than a worker holds or has just taken off a list.</summary>
    private static async Task WorkWithoutRedisAsync(ChaosApp app, Submitter submitter)
    {
        var gone = await app.Ledger.NowAsync(Token);
        await submitter.SubmitAsync(Scale.Jobs / 2, Token);
        await Eventually.GetAsync(token => app.Ledger.CompletedAsync(gone, token), count => count >= Scale.Jobs / 5, "jobs that are claimed and run without Redis");
    }

    /// <summary>No worker died, so nothing runs twice; API and Postgres stayed, so every call succeeds.</summary>
    private static void AssertUnharmed(Tally tally, Submitter submitter)
    {
        Assert.Equal(0, tally.RepeatedRuns);
        submitter.AssertNothingRefused();
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
