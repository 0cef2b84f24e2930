namespace Forge.ChaosTests.Scenarios;

public sealed class WorkerStopTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>More than the grace that a stopping worker gives its jobs.</summary>
    private static readonly TimeSpan LongJob = TimeSpan.FromSeconds(6);

    /// <summary>What an AppHost gives its services to drain, before it kills them.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Worker_Terminated_HandsItsJobBackWithoutUsingAnAttempt()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        var (stopped, other) = (app.Workers[0], app.Workers[1]);
        await stopped.StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var job = await submitter.SubmitOneAsync(LongJob, Token);
        await Eventually.GetAsync(token => app.Ledger.ProcessesAsync(job, token), processes => processes.Length == 1, "the long job's run");
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        await WaitUntilBusyAsync(app, stopped, 0);

        var since = await app.Ledger.NowAsync(Token);
        var asked = TimeProvider.System.GetTimestamp();
        var exitCode = await stopped.EndAsync(UnixSignal.Terminate, Token);
        var took = TimeProvider.System.GetElapsedTime(asked);
        var story = await app.Ledger.StoryAsync(job, Token);
        await other.StartAsync(Token);
        await submitting;
        await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs after a stop");

        var takeover = await app.Ledger.TakeoverAsync("handed_back", stopped.Id, since, Token);
        var tally = await SettleAsync(
            app,
            "SIGTERM to a worker in the middle of a long job",
            submitter,
            () => Task.FromResult(takeover.Took),
            FormattableString.Invariant($"{takeover.Jobs} jobs handed back, ended after {took.TotalSeconds:0.0} s"));
        Assert.Equal(0, exitCode);
        Assert.InRange(took, TimeSpan.Zero, Budget);
        Assert.Equal("available, attempts used: 0, ended before: handed_back", story);
        Assert.Equal([stopped.Id, other.Id], await app.Ledger.ProcessesAsync(job, Token));
        Assert.Equal((takeover.Jobs, 0), (tally.RepeatedRuns, await app.Ledger.RetriedAsync(Token)));
        submitter.AssertNothingRefused();
    }
}
