namespace Forge.Jobs.Tests.Control;

/// <summary>Every state against everything that can happen to a job: the arrows of the diagram in docs/durable-jobs.md, and the missing ones.</summary>
public sealed class JobTransitionTests(JobServers servers) : JobTests(servers)
{
    private static readonly Dictionary<(JobState From, Happening Happening), JobState?> Arrows = new()
    {
        [(JobState.Scheduled, Happening.Promote)] = JobState.Available,
        [(JobState.Retryable, Happening.Promote)] = JobState.Available,
        [(JobState.Available, Happening.Claim)] = JobState.Running,
        [(JobState.Running, Happening.Complete)] = JobState.Completed,
        [(JobState.Running, Happening.FailWithAttemptsLeft)] = JobState.Retryable,
        [(JobState.Running, Happening.FailForGood)] = JobState.Discarded,
        [(JobState.Running, Happening.HandBack)] = JobState.Available,
        [(JobState.Running, Happening.EndCancelled)] = JobState.Cancelled,
        [(JobState.Running, Happening.Rescue)] = JobState.Available,
        [(JobState.Available, Happening.Cancel)] = JobState.Cancelled,
        [(JobState.Scheduled, Happening.Cancel)] = JobState.Cancelled,
        [(JobState.Retryable, Happening.Cancel)] = JobState.Cancelled,
        [(JobState.Running, Happening.Cancel)] = JobState.Running,
        [(JobState.Discarded, Happening.Retry)] = JobState.Available,
        [(JobState.Cancelled, Happening.Retry)] = JobState.Available,
        [(JobState.Completed, Happening.Delete)] = null,
        [(JobState.Cancelled, Happening.Delete)] = null,
        [(JobState.Discarded, Happening.Delete)] = null,
    };

    public enum Happening
    {
        Promote,
        Claim,
        Complete,
        FailWithAttemptsLeft,
        FailForGood,
        HandBack,
        EndCancelled,
        Rescue,
        Cancel,
        Retry,
        Delete,
    }

    public static TheoryData<JobState> States => [.. Enum.GetValues<JobState>()];

    [Theory]
    [MemberData(nameof(States))]
    public async Task Happening_InAState_FollowsTheArrowOrChangesNothing(JobState from)
    {
        await using var program = await JobProgram.CreateAsync(Database);
        foreach (var happening in Enum.GetValues<Happening>())
        {
            var (id, run) = await BringToAsync(program, from);

            await ApplyAsync(program, id, run, happening);

            var expected = Arrows.TryGetValue((from, happening), out var to) ? to : from;
            var actual = (await program.Reader.FindAsync(id, Token))?.State;
            Assert.True(expected == actual, $"{happening} in {from}: expected {expected?.ToString() ?? "deleted"}, got {actual?.ToString() ?? "deleted"}");
            await Database.ExecuteAsync("delete from jobs.job");
        }
    }

    [Fact]
    public async Task Rescue_OfARunWhoseEndCouldNotBeStored_UsesUpItsAttempt()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync(change: request => request with { MaxAttempts = 2 });
        await program.Get<JobRescuer>().RescueStrandedAsync([], [(await program.ClaimAsync(id)).LeaseToken], Token);
        Assert.Equal((JobState.Retryable, 1), ((await program.Reader.FindAsync(id, Token))!.State, (await program.Reader.FindAsync(id, Token))!.Attempt));

        await Database.ExecuteAsync("update jobs.job set state = 'available'");
        await program.Get<JobRescuer>().RescueStrandedAsync([], [(await program.ClaimAsync(id)).LeaseToken], Token);

        Assert.Equal((JobState.Discarded, 2), ((await program.Reader.FindAsync(id, Token))!.State, (await program.Reader.FindAsync(id, Token))!.Attempt));
    }

    [Theory]
    [InlineData(Happening.Rescue)]
    [InlineData(Happening.HandBack)]
    [InlineData(Happening.FailWithAttemptsLeft)]
    [InlineData(Happening.FailForGood)]
    public async Task RunningJob_WhenItWasAskedToStop_IsNotTriedAgain(Happening happening)
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        var run = await program.ClaimAsync(id);
        await program.Control.CancelAsync(id, Token);

        await ApplyAsync(program, id, run, happening);

        Assert.Equal(JobState.Cancelled, (await program.Reader.FindAsync(id, Token))!.State);
    }

    [Fact]
    public async Task Refusals_NameTheState()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();

        Assert.Equal(new JobChangeResult.WrongState(JobState.Available), await program.Control.RetryAsync(id, Token));
        Assert.Equal(new JobChangeResult.WrongState(JobState.Available), await program.Control.DeleteAsync(id, Token));
        Assert.Equal(new JobChangeResult.Changed(JobState.Cancelled), await program.Control.CancelAsync(id, Token));
        Assert.Equal(new JobChangeResult.WrongState(JobState.Cancelled), await program.Control.CancelAsync(id, Token));
        Assert.Equal(new JobChangeResult.NotFound(), await program.Control.CancelAsync(Guid.NewGuid(), Token));
    }

    [Fact]
    public async Task Retry_WhenAnotherLiveJobHoldsTheUniqueKey_IsRefused()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var first = await program.EnqueueAsync(change: request => request with { UniqueKey = "k" });
        await program.Control.CancelAsync(first, Token);
        var second = await program.EnqueueAsync(change: request => request with { UniqueKey = "k" });

        Assert.Equal(new JobChangeResult.UniqueKeyTaken(second), await program.Control.RetryAsync(first, Token));
    }

    [Fact]
    public async Task Retry_WhenAttemptsAreUsedUp_GrantsOneMore()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) => context.Attempt <= 3 ? throw new RetryAfterException("no") : Task.CompletedTask;
        var id = await program.EnqueueAsync();
        await program.WaitForAsync(id, JobState.Discarded);

        await program.Control.RetryAsync(id, Token);
        var job = await program.WaitForAsync(id, JobState.Completed);

        Assert.Equal((4, 4, 4), (job.Attempt, job.MaxAttempts, job.Attempts.Count));
    }

    private static async Task<(Guid Id, ClaimedJob Run)> BringToAsync(JobProgram program, JobState state)
    {
        var id = await program.EnqueueAsync(change: request => request with { Delay = state is JobState.Scheduled ? TimeSpan.FromHours(1) : null });
        if (state is JobState.Available or JobState.Scheduled)
        {
            return (id, StaleRun(id));
        }

        var run = await program.ClaimAsync(id);
        if (state is not JobState.Running)
        {
            var outcome = state is JobState.Completed or JobState.Cancelled ? state.ToName() : AttemptOutcome.Failed;
            await program.FinishAsync(run, outcome, state);
        }

        return (id, run);
    }

    // A run that thinks it owns the job, as one would whose job went back to waiting.
    private static ClaimedJob StaleRun(Guid id) =>
        new(id, 999, JobProgram.Kind, 1, "default", 5, "{}", 1, 3, null, DateTimeOffset.UnixEpoch, TimeSpan.Zero, null, null);

    private async Task ApplyAsync(JobProgram program, Guid id, ClaimedJob run, Happening happening)
    {
        switch (happening)
        {
            case Happening.Promote:
                await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 s'");
                await program.Get<JobPromoter>().RunOnceAsync(Token);
                break;
            case Happening.Claim:
                await program.Get<WorkerHeartbeat>().BeatAsync(Token);
                program.Push(id);
                await program.Get<JobClaimer>().ClaimAsync(100, Token);
                break;
            case Happening.Complete:
                await program.FinishAsync(run, AttemptOutcome.Completed, JobState.Completed);
                break;
            case Happening.FailWithAttemptsLeft:
                await program.FinishAsync(run, AttemptOutcome.Failed, JobState.Retryable);
                break;
            case Happening.FailForGood:
                await program.FinishAsync(run, AttemptOutcome.Failed, JobState.Discarded);
                break;
            case Happening.HandBack:
                await program.FinishAsync(run, AttemptOutcome.HandedBack, JobState.Available);
                break;
            case Happening.EndCancelled:
                await program.FinishAsync(run, AttemptOutcome.Cancelled, JobState.Cancelled);
                break;
            case Happening.Rescue:
                await program.Get<JobRescuer>().RescueStrandedAsync([run.LeaseToken], [], Token);
                break;
            case Happening.Cancel:
                await program.Control.CancelAsync(id, Token);
                break;
            case Happening.Retry:
                await program.Control.RetryAsync(id, Token);
                break;
            case Happening.Delete:
                await program.Control.DeleteAsync(id, Token);
                break;
        }
    }
}
