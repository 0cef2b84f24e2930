namespace Forge.ChaosTests;

/// <summary>What every scenario begins and ends with.</summary>
public abstract class Scenario(Scorecard scorecard)
{
    /// <summary>Enough that not all of them are just committing when the signal comes.</summary>
    private const int InterruptedRuns = 4;

    /// <summary>The product's promise is 10 s; the rest is for a machine that others use.</summary>
    private static readonly TimeSpan RescueLimit = TimeSpan.FromSeconds(15);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts all workers. Those that are to judge each other must have been steady for a while, or they do not judge for that reason alone.</summary>
    private protected static async Task StartWorkersAsync(ChaosApp app, bool untilTheyMayJudge = false)
    {
        foreach (var worker in app.Workers)
        {
            await worker.StartAsync(Token);
        }

        await Eventually.GetAsync(app.Ledger.WorkersAsync, count => count == app.Workers.Count, "all workers");
        if (untilTheyMayJudge)
        {
            await WaitUntilTheyMayJudgeAsync(app);
        }
    }

    private protected static Task WaitUntilTheyMayJudgeAsync(ChaosApp app) =>
        Eventually.GetAsync(app.Ledger.SteadyWorkersAsync, count => count == app.Workers.Count, "workers whose heartbeats came through for a while");

    /// <summary>Returns once the worker holds jobs and some jobs more than <paramref name="completed"/> are done: it is in the middle of its work.</summary>
    private protected static async Task WaitUntilBusyAsync(ChaosApp app, ChaosProcess worker, long completed)
    {
        await Eventually.GetAsync(app.Ledger.CompletedAsync, count => count > completed, $"more than {completed} completed jobs");
        await Eventually.GetAsync(token => app.Ledger.RunningAsync(worker, token), count => count > 0, $"running jobs of {worker.Name}");
    }

    /// <summary>Returns once the worker is in the middle of several runs, so that whatever is done to it now interrupts some of them.</summary>
    private protected static Task WaitUntilInMidRunAsync(ChaosApp app, ChaosProcess worker) =>
        Eventually.GetAsync(token => app.Ledger.UndecidedAsync(worker, token), count => count >= InterruptedRuns, $"{InterruptedRuns} runs of {worker.Name} that have begun");

    /// <summary>Asserts that jobs had to be taken over from a worker that died or froze, that all of them ran again, and in time.</summary>
    private protected static void AssertRescued(Takeover rescue)
    {
        Assert.True(rescue.Jobs > 0, "Nothing was rescued.");
        Assert.Equal(0, rescue.NotRunAgain);
        Assert.InRange(rescue.Took, TimeSpan.Zero, RescueLimit);
    }

    /// <summary>Waits until nothing is left to do, counts, notes, and asserts that nothing is lost or happened twice.</summary>
    private protected async Task<Tally> SettleAsync(ChaosApp app, string name, Submitter submitter, Func<Task<TimeSpan>> recovered, string harmed)
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

        var tally = await app.Ledger.TallyAsync(submitter.Promised, app.Workers.SelectMany(worker => worker.Harmed), Token);
        scorecard.Note(name, tally, await recovered(), harmed);
        Assert.Null(unfinished);
        tally.AssertIsClean();
        return tally;
    }
}
