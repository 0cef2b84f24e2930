namespace Forge.ChaosTests;

/// <summary>What every scenario begins and ends with.</summary>
public abstract class Scenario(Scorecard scorecard)
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Returns once the worker holds jobs and some jobs more than <paramref name="completed"/> are done: it is in the middle of its work.</summary>
    private protected static async Task WaitUntilBusyAsync(ChaosApp app, ChaosProcess worker, long completed)
    {
        await Eventually.GetAsync(app.Ledger.CompletedAsync, count => count > completed, $"more than {completed} completed jobs");
        await Eventually.GetAsync(token => app.Ledger.RunningAsync(worker, token), count => count > 0, $"running jobs of {worker.Name}");
    }

    /// <summary>Waits until nothing is left to do, counts, notes, and asserts that nothing is lost or happened twice.</summary>
    private protected async Task SettleAsync(ChaosApp app, string name, Submitter submitter, Func<Task<TimeSpan>> recovered, Func<Task<string>>? remark = null)
    {
        string? unfinished = null;
        try
        {
            await Eventually.GetAsync(app.Ledger.UnfinishedAsync, count => count == 0, "the end of all jobs");
        }
        catch (TimeoutException exception)
        {
            unfinished = exception.Message;
        }

        var tally = await app.Ledger.TallyAsync(submitter.Promised, Token);
        scorecard.Note(name, tally, await recovered(), remark is null ? "" : await remark());
        Assert.Null(unfinished);
        tally.AssertIsClean();
    }
}
