using System.Globalization;
using System.Security.Cryptography;

namespace Forge.ChaosTests.Scenarios;

public sealed class RandomHarmTests(Scorecard scorecard) : Scenario(scorecard)
{
    private const int JobsPerHarm = 150;

    /// <summary>Set to a printed seed, it plays the same sequence again.</summary>
    private static readonly string? Seed = Environment.GetEnvironmentVariable("FORGE_CHAOS_SEED");

    [Fact]
    public async Task Everything_HarmedAtRandom_CostsNoJob()
    {
        var seed = Seed is null ? RandomNumberGenerator.GetInt32(int.MaxValue) : int.Parse(Seed, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"FORGE_CHAOS_SEED={seed}");
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        await StartWorkersAsync(app);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, longest: 400);
        var harm = new Harm(app, seed);
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Scale.RandomHarm || submitter.Promised.Count < Scale.Jobs)
        {
            var submitting = submitter.SubmitAsync(JobsPerHarm, Token);
            await Eventually.GetAsync(app.Ledger.RunningAsync, count => count > 0, "jobs that run");
            await harm.DoNextAsync(Token);
            await submitting;
        }

        harm.WakeAll();
        foreach (var process in (ChaosProcess[])[app.Api, .. app.Workers])
        {
            // One that could not start while its stores were away has ended; one that runs stays as it is.
            await process.StartAsync(Token);
        }

        var over = await app.Ledger.NowAsync(Token);
        await SettleAsync(
            app,
            $"two workers and all of these at random, {Scale.RandomHarm.TotalSeconds:0} s",
            submitter,
            () => app.Ledger.LastEndAsync(over, Token),
            $"{harm.Summary}; {submitter.Refused} calls refused, {submitter.Unanswered} not answered; seed {seed}");
    }
}
