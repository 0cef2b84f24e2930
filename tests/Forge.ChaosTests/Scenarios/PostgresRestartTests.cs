namespace Forge.ChaosTests.Scenarios;

public sealed class PostgresRestartTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>In the short form only the harder one, after which Postgres has to recover.</summary>
    public static TheoryData<string, int> Modes { get; } = Scale.IsLong
        ? new() { { "fast", (int)UnixSignal.Interrupt }, { "immediate", (int)UnixSignal.Quit } }
        : new() { { "immediate", (int)UnixSignal.Quit } };

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Postgres_Restarted_CostsNoJob(string mode, int signal)
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        await submitter.SubmitAsync(Scale.Jobs / 4, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], 0);
        // Postgres is to be away while most of the jobs are still to come.
        var submitting = submitter.SubmitAsync(Scale.Jobs * 3 / 4, Token);
        await submitter.WaitForAnswerAsync(Scale.Jobs / 4, Token);

        var running = await app.Ledger.RunningAsync(Token);
        var stopped = await app.Ledger.NowAsync(Token);
        await app.RestartPostgresAsync((UnixSignal)signal, Token);

        await submitting;
        await SettleAsync(
            app,
            $"Postgres restarted ({mode})",
            submitter,
            () => app.Ledger.StallAsync(stopped, Token),
            $"{running} jobs ran, {submitter.Refused} calls refused");
        Assert.True(running > 0, "Nothing ran when Postgres was stopped.");
        Assert.True(submitter.Refused > 0, "Nobody called the API while Postgres was away.");
    }
}
