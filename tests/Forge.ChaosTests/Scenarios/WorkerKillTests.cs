namespace Forge.ChaosTests.Scenarios;

public sealed class WorkerKillTests(Scorecard scorecard) : Scenario(scorecard)
{
    [Fact]
    public async Task Worker_KilledInTheMiddle_LosesNothing()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var worker = app.Workers[0];
        await worker.StartAsync(Token);
        var rescues = new List<Takeover>();
        for (var kill = 0; kill < Scale.Rounds; kill++)
        {
            var submitting = submitter.SubmitAsync(Scale.JobsOf(kill), Token);
            await WaitUntilBusyAsync(app, worker, (Scale.Jobs * kill / Scale.Rounds) + (Scale.JobsOf(kill) / 4));
            await WaitUntilInMidRunAsync(app, worker);
            var (died, at) = (worker.Id, await app.Ledger.NowAsync(Token));
            await worker.EndAsync(UnixSignal.Kill, Token);
            await worker.StartAsync(Token);
            await submitting;
            // The next death would make these jobs wait longer, and nobody promises how long then.
            await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs after a kill");
            rescues.Add(await app.Ledger.TakeoverAsync("rescued", died, at, Token));
        }

        var tally = await SettleAsync(
            app,
            $"SIGKILL of the worker mid-run, {Scale.Times}",
            submitter,
            () => Task.FromResult(rescues.Max(rescue => rescue.Took)),
            $"{rescues.Sum(rescue => rescue.Jobs)} jobs rescued");
        Assert.All(rescues, AssertRescued);
        Assert.True(tally.RepeatedRuns > 0, "No run was interrupted.");
        submitter.AssertNothingRefused();
    }
}
