namespace Forge.ChaosTests.Scenarios;

public sealed class PausedPoolerTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>In the long form for longer than a lease, when each worker might think that the other one has died.</summary>
    private static readonly TimeSpan PausedFor = TimeSpan.FromSeconds(Scale.IsLong ? 12 : 4);

    [Fact]
    public async Task PgBouncer_PausedAndResumed_CostsNoJob()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, isPooled: true, Token);
        await app.StartApiAsync(Token);
        await StartWorkersAsync(app, untilTheyMayJudge: Scale.IsLong);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        await submitter.WaitForAnswerAsync(Scale.Jobs / 4, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], 0);

        var (sessions, running) = (await app.Ledger.SessionsAsync(ChaosApp.PooledUser, Token), await app.Ledger.RunningAsync(Token));
        var paused = await app.Ledger.NowAsync(Token);
        await app.Pooler!.PauseAsync(Token);
        await Eventually.GetAsync(token => app.Ledger.SessionsAsync(ChaosApp.PooledUser, token), count => count == 0, "the end of all sessions of the pooler");
        var completed = await app.Ledger.CompletedAsync(Token);
        await Task.Delay(PausedFor, Token);
        var completedMeanwhile = await app.Ledger.CompletedAsync(Token) - completed;
        await app.Pooler.ResumeAsync(Token);

        await submitting;
        await SettleAsync(
            app,
            $"PgBouncer paused for {PausedFor.TotalSeconds:0} s, connections cut",
            submitter,
            () => app.Ledger.StallAsync(paused, Token),
            $"{sessions} sessions cut, {running} jobs ran, {submitter.Refused} calls refused");
        Assert.True(sessions > 0 && running > 0, "Nothing went through the pooler.");
        Assert.Equal(0, completedMeanwhile);
    }
}
