namespace Forge.ChaosTests.Scenarios;

public sealed class KillerJobTests(Scorecard scorecard) : Scenario(scorecard)
{
    private const int Bystanders = 8;
    private static readonly TimeSpan BystandersTime = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan KillersTime = TimeSpan.FromSeconds(1.5);

    /// <summary>Five deaths with their rescues and pauses, and the bystanders one after the other.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task JobThatEndsItsWorkers_BecomesADeadLetter_AndItsBystandersComplete()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client);
        await Task.WhenAll(Enumerable.Range(0, Bystanders).Select(_ => submitter.SubmitOneAsync(BystandersTime, Token)));
        var killer = await submitter.SubmitKillerAsync(KillersTime, Token);
        using var supervising = CancellationTokenSource.CreateLinkedTokenSource(Token);
        supervising.CancelAfter(Limit);
        var supervisor = SuperviseAsync(app.Workers[0], supervising.Token);

        try
        {
            while (await app.Ledger.StateAsync(killer, supervising.Token) != "discarded" || await app.Ledger.UnfinishedAsync(supervising.Token) > 1)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), supervising.Token);
            }
        }
        finally
        {
            await supervising.CancelAsync();
            await supervisor;
        }

        var story = await app.Ledger.StoryAsync(killer, Token);
        var runs = (await app.Ledger.ProcessesAsync(killer, Token)).Length;
        // It is the one job that must not complete.
        await app.Ledger.ForgetAsync(killer, Token);
        var over = await app.Ledger.NowAsync(Token);
        await SettleAsync(app, "a job that ends its workers beside others", submitter, () => app.Ledger.LastEndAsync(over, Token), $"{runs} workers died");
        Assert.Equal("discarded, attempts used: 0, ended before: rescued, rescued, rescued, rescued, rescued", story);
        Assert.Equal(5, runs);
        Assert.Equal(0, await app.Ledger.RetriedAsync(Token));
    }

    /// <summary>Starts the worker whenever it has ended.</summary>
    private static async Task SuperviseAsync(ChaosProcess worker, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await worker.StartAsync(cancellationToken);
                while (worker.IsRunning)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
                }

                await worker.WaitForEndAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The scenario is over.
        }
    }
}
