namespace Forge.Jobs.Tests.Reading;

public sealed class JobReaderTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task List_PagesByKeyNewestFirst_WithinTheFilter()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await program.EnqueueAsync(change: request => request with { Owner = "ann" }));
            await program.EnqueueAsync(change: request => request with { Owner = "bob" });
        }

        var filter = new JobFilter { Owner = "ann", State = JobState.Available, Kind = JobProgram.Kind, Queue = "default" };
        var seen = new List<Guid>();
        Guid? after = null;
        do
        {
            var page = await program.Reader.ListAsync(filter, after, 2, Token);
            Assert.InRange(page.Items.Count, 1, 2);
            seen.AddRange(page.Items.Select(job => job.Id));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(ids.Order().Reverse(), seen);
        Assert.Empty((await program.Reader.ListAsync(filter with { State = JobState.Discarded }, null, 2, Token)).Items);
    }

    [Fact]
    public async Task Queues_TellTheirFigures()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await program.EnqueueAsync(change: request => request with { Delay = TimeSpan.FromHours(1) });
        var done = await program.ClaimAsync(await program.EnqueueAsync());
        await program.FinishAsync(done, AttemptOutcome.Completed, JobState.Completed);
        await program.ClaimAsync(await program.EnqueueAsync());
        await program.EnqueueAsync();
        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 minute' where state = 'available'");
        await program.Control.PauseQueueAsync("default", Token);

        var queue = Assert.Single(await program.Reader.GetQueuesAsync(Token));

        Assert.Equal(("default", 1, 1, 1, 0, 0, true, 1), (queue.Queue, queue.Available, queue.Scheduled, queue.Running, queue.Retryable, queue.Discarded, queue.IsPaused, queue.ThroughputPerMinute));
        Assert.InRange(queue.OldestAge, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task RunFigures_TellHowTheLatestRunsWent()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        Assert.Equal(new RunFigures(0, 0, null, 0), await program.Reader.GetRunFiguresAsync(Token));
        foreach (var (outcome, state, seconds) in new[]
        {
            (AttemptOutcome.Completed, JobState.Completed, 1),
            (AttemptOutcome.Completed, JobState.Completed, 2),
            (AttemptOutcome.Failed, JobState.Discarded, 3),
            (AttemptOutcome.Failed, JobState.Retryable, 4),
            (AttemptOutcome.HandedBack, JobState.Available, 5),
        })
        {
            var job = await program.ClaimAsync(await program.EnqueueAsync());
            await program.FinishAsync(job, outcome, state);
            await Database.ExecuteAsync($"update jobs.attempt set started_at = finished_at - interval '{seconds} seconds' where job_id = '{job.Id}'");
            await Database.ExecuteAsync($"update jobs.job set started_at = finished_at - interval '{seconds} seconds' where id = '{job.Id}'");
        }

        var figures = await program.Reader.GetRunFiguresAsync(Token);

        Assert.Equal(new RunFigures(4, 2, new RunDurations(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4)), 1), figures);
    }

    [Fact]
    public async Task Follow_WhenThereIsNoSuchJob_EndsAtOnce()
    {
        await using var program = await JobProgram.CreateAsync(Database);

        Assert.Empty(await program.Reader.FollowAsync(Guid.NewGuid(), Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Follow_WhenTheJobIsFinished_GivesItsLastStateAndEnds()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        await program.Control.CancelAsync(id, Token);

        var snapshot = Assert.Single(await program.Reader.FollowAsync(id, Token).ToListAsync(Token));

        Assert.Equal(JobState.Cancelled, snapshot.State);
    }

    [Fact]
    public async Task Result_WhenThereIsNone_SaysWhy()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();

        Assert.Equal(new JobResult.NotCompleted(JobState.Available), await program.Reader.OpenResultAsync(id, Token));
        Assert.IsType<JobResult.NotFound>(await program.Reader.OpenResultAsync(Guid.NewGuid(), Token));
        await program.FinishAsync(await program.ClaimAsync(id), AttemptOutcome.Completed, JobState.Completed);
        Assert.IsType<JobResult.Empty>(await program.Reader.OpenResultAsync(id, Token));
    }
}
