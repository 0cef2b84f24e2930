namespace Forge.ChaosTests.Scenarios;

public sealed class WorkerKillTests(Scorecard scorecard) : Scenario(scorecard)
{
    [Fact]
    public async Task Worker_KilledInTheMiddle_LosesNothing()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Default, Token);
        await app.StartApiAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        var worker = app.Workers[0];
        var deaths = new List<(int Process, DateTime At)>();
        for (var kill = 0; kill < Scale.Rounds; kill++)
        {
            await worker.StartAsync(Token);
            await WaitUntilBusyAsync(app, worker, Scale.Jobs * (kill + 1) / (Scale.Rounds + 2));
            deaths.Add((worker.Id, await app.Ledger.NowAsync(Token)));
            await worker.EndAsync(UnixSignal.Kill, Token);
        }

        await worker.StartAsync(Token);
        await submitting;
        await SettleAsync(app, $"SIGKILL of the worker mid-run, {Scale.Times}", submitter, async () =>
        {
            var times = new List<TimeSpan>();
            foreach (var (process, at) in deaths)
            {
                times.Add(await app.Ledger.RescueTimeAsync(process, at, Token));
            }

            return times.Max();
        });
    }
}
