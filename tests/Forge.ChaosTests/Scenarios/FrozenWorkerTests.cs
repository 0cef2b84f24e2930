namespace Forge.ChaosTests.Scenarios;

public sealed class FrozenWorkerTests(Scorecard scorecard) : Scenario(scorecard)
{
    [Fact]
    public async Task Worker_FrozenPastItsLease_CompletesNothingWhenItWakes()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        var (frozen, other) = (app.Workers[0], app.Workers[1]);
        await frozen.StartAsync(Token);
        await other.StartAsync(Token);
        await Eventually.GetAsync(app.Ledger.WorkersAsync, count => count == 2, "two workers");
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        await WaitUntilBusyAsync(app, frozen, Scale.Jobs / 4);
        await WaitUntilBusyAsync(app, other, Scale.Jobs / 4);
        await WaitUntilInMidRunAsync(app, frozen);

        var since = await app.Ledger.NowAsync(Token);
        frozen.Send(UnixSignal.Stop);
        await submitting;
        await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs without the frozen worker");
        var woken = await app.Ledger.NowAsync(Token);
        frozen.Send(UnixSignal.Continue);
        await Eventually.GetAsync(token => app.Ledger.UndecidedAsync(frozen, token), count => count == 0, "the woken worker's tries to complete");

        var rescue = await app.Ledger.TakeoverAsync("rescued", frozen.Id, since, Token);
        var late = await app.Ledger.LateCompletionsAsync(frozen, woken, Token);
        await SettleAsync(
            app,
            "worker frozen past its lease and woken",
            submitter,
            () => Task.FromResult(rescue.Took),
            $"{rescue.Jobs} jobs rescued, {late} late completions refused");
        AssertRescued(rescue);
        Assert.True(late > 0, "The woken worker tried to complete nothing.");
        Assert.Equal(0, await app.Ledger.EffectsAsync(frozen, woken, Token));
        submitter.AssertNothingRefused();
    }
}
