namespace Forge.ChaosTests.Scenarios;

public sealed class ApiKillTests(Scorecard scorecard) : Scenario(scorecard)
{
    [Fact]
    public async Task Api_KilledRightAfterItsAnswer_KeepsEachPromise()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        await app.Workers[0].StartAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        var submitting = submitter.SubmitAsync(Scale.Jobs, Token);
        var deaths = new List<(IReadOnlyCollection<Guid> Promised, DateTime At)>();
        for (var kill = 0; kill < Scale.Rounds; kill++)
        {
            await submitter.WaitForAnswerAsync(Scale.Jobs * (kill + 1) / (Scale.Rounds + 1), Token);
            await app.Api.EndAsync(UnixSignal.Kill, Token);
            deaths.Add(([.. submitter.Promised], await app.Ledger.NowAsync(Token)));
            await app.StartApiAsync(Token);
        }

        await submitting;
        var tally = await SettleAsync(
            app,
            $"SIGKILL of the API right after a 202, {Scale.Times}",
            submitter,
            async () =>
            {
                var times = new List<TimeSpan>();
                foreach (var (promised, at) in deaths)
                {
                    times.Add(await app.Ledger.StartTimeAsync(promised, at, Token));
                }

                return times.Max();
            },
            $"{submitter.Unanswered} calls got no answer");
        Assert.Equal(0, tally.RepeatedRuns);
        Assert.Equal(0, submitter.Refused);
        Assert.True(submitter.Unanswered > 0, "Nobody called the API while it was down.");
    }
}
