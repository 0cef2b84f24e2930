namespace Forge.ChaosTests.Scenarios;

public sealed class FrozenWorkerTests(Scorecard scorecard) : Scenario(scorecard)
{
    [Fact]
    public async Task Worker_FrozenPastItsLease_CompletesNothingWhenItWakes()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Default, Token);
        await app.StartApiAsync(Token);
        var (frozen, other) = (app.Workers[0], app.Workers[1]);
        await frozen.StartAsync(Token);
        await other.StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        await WaitUntilBusyAsync(app, frozen, Scale.Jobs / 4);
        await WaitUntilBusyAsync(app, other, Scale.Jobs / 4);

        var since = await app.Ledger.NowAsync(Token);
        frozen.Send(UnixSignal.Stop);
        await submitting;
        await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs without the frozen worker");
        var woken = await app.Ledger.NowAsync(Token);
        frozen.Send(UnixSignal.Continue);
        await Eventually.GetAsync(token => app.Ledger.UndecidedAsync(frozen, token), count => count == 0, "the woken worker's tries to complete");

        await SettleAsync(
            app,
            "worker frozen past its lease and woken",
            submitter,
            () => app.Ledger.RescueTimeAsync(frozen.Id, since, Token),
            async () => $"{await app.Ledger.RefusalsAsync(frozen, Token)} late completions refused");
        Assert.Equal(0, await app.Ledger.EffectsAsync(frozen, woken, Token));
    }
}
