using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;

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
    public async Task List_WhenManyJobsMustBePassedOver_EndsAPageEarly_AndGoesOnFromThere()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.AddJobKind<TestPayload>("rare"));
        var rare = await program.EnqueueAsync(kind: "rare");
        await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, 7_500).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload()))], Token);

        var filter = new JobFilter { Kind = "rare" };
        var first = await program.Reader.ListAsync(filter, cancellationToken: Token);
        var second = await program.Reader.ListAsync(filter, first.Next, cancellationToken: Token);

        Assert.Empty(first.Items);
        Assert.NotNull(first.Next);
        Assert.Equal(rare, Assert.Single(second.Items).Id);
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task List_ByEachState_FindsItsJobs_InEveryQueue()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.AddJobQueue(options => options.Queues.Add("other")));
        var ids = new List<Guid>();
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        foreach (var state in Enum.GetValues<JobState>())
        {
            foreach (var queue in new[] { "default", "other", "default" })
            {
                var id = await program.EnqueueAsync(change: request => request with { Queue = queue });
                ids.Add(id);
                await Database.ExecuteAsync(
                    """
                    update jobs.job
                    set state = @state, finished_at = case when @state in ('completed', 'cancelled', 'discarded') then now() end,
                        worker_id = case when @state = 'running' then (select id from jobs.worker limit 1) end, started_at = now(), lease_token = case when @state = 'running' then nextval('jobs.lease_token') end
                    where id = @id
                    """,
                    new("state", state.ToName()),
                    new("id", id));
            }
        }

        foreach (var (state, position) in Enum.GetValues<JobState>().Select((state, position) => (state, position)))
        {
            var expected = ids.Skip(position * 3).Take(3).Reverse().ToList();
            var first = await program.Reader.ListAsync(new JobFilter { State = state }, null, 2, Token);
            var second = await program.Reader.ListAsync(new JobFilter { State = state }, first.Next, 2, Token);
            Assert.Equal(expected, first.Items.Concat(second.Items).Select(job => job.Id));
            Assert.Equal(expected[1], Assert.Single((await program.Reader.ListAsync(new JobFilter { State = state, Queue = "other" }, null, 2, Token)).Items).Id);
        }
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
    public async Task Queues_WhenManyJobsHaveFinished_AreToldWithoutReadingThem()
    {
        const int Finished = 20_000;
        const string Name = "queue figures";
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.AddSingleton(_ =>
            NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { ApplicationName = Name })));
        await program.EnqueueAsync();
        await Database.ExecuteAsync(
            $"""
            insert into jobs.job (id, kind, version, queue, priority, state, payload, max_attempts, finished_at)
            select gen_random_uuid(), 'test', 1, 'default', 5, 'completed', '1', 1, now() - interval '1 hour' from generate_series(1, {Finished})
            """);
        await Database.ExecuteAsync("vacuum analyze jobs.job");
        var before = await RowsReadAsync();

        Assert.Equal(1, Assert.Single(await program.Reader.GetQueuesAsync(Token)).Available);

        Assert.InRange(await RowsReadAsync() - before, 0, Finished / 2);

        // A session says what it has read when it ends.
        async Task<long> RowsReadAsync()
        {
            program.Get<NpgsqlDataSource>().Clear();
            while (await Database.ScalarAsync<long>("select count(*) from pg_stat_activity where application_name = @name", new NpgsqlParameter("name", Name)) > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
            }

            return await Database.ScalarAsync<long>("select seq_tup_read from pg_stat_user_tables where schemaname = 'jobs' and relname = 'job'");
        }
    }

    [Fact]
    public async Task Queue_ByName_TellsItsOwnFigures()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.AddJobQueue(options => options.Queues.Add("other")));
        await program.EnqueueAsync();
        await program.Control.PauseQueueAsync("default", Token);
        await Database.ExecuteAsync("update jobs.job set queue = 'older'");

        var queues = await program.Reader.GetQueuesAsync(Token);

        Assert.Equal(["default", "older", "other"], queues.Select(queue => queue.Queue));
        foreach (var queue in queues)
        {
            Assert.Equal(queue with { OldestAge = default }, (await program.Reader.FindQueueAsync(queue.Queue, Token))! with { OldestAge = default });
        }

        Assert.Null(await program.Reader.FindQueueAsync("nowhere", Token));
    }

    [Fact]
    public async Task List_OfLargeResults_EndsItsPagesEarlyAndLosesNone()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var ids = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            ids.Add(await program.EnqueueAsync());
        }

        await Database.ExecuteAsync("update jobs.job set result = to_jsonb(repeat('x', 3 * 1024 * 1024))");

        var first = await program.Reader.ListAsync(new JobFilter(), limit: 200, cancellationToken: Token);
        var second = await program.Reader.ListAsync(new JobFilter(), first.Next, 200, Token);

        Assert.Equal([ids[3], ids[2]], first.Items.Select(job => job.Id));
        Assert.Equal([ids[1], ids[0]], second.Items.Select(job => job.Id));
        Assert.Equal((ids[2], null), (first.Next, second.Next));
        Assert.All(second.Items, job => Assert.Equal(3 * 1024 * 1024, job.Result!.Value.GetString()!.Length));
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
    public async Task Follow_WhileRedisIsConnected_SeldomLooksAndStillHearsTheEnd()
    {
        var statements = new StatementLog();
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            statements.AddTo(builder, Database);
            builder.AddJobQueue(options => options.FollowPollInterval = TimeSpan.FromSeconds(0.5));
        });
        await using var other = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        var following = program.Reader.FollowAsync(id, Token).ToListAsync(Token).AsTask();

        await Database.ExecuteAsync("select pg_sleep(4)");
        Assert.InRange(statements.Count("select state, attempt, max_attempts"), 1, 4);
        var begun = TimeProvider.System.GetTimestamp();
        await other.Control.CancelAsync(id, Token);
        Assert.Equal([JobState.Available, JobState.Cancelled], (await following).Select(snapshot => snapshot.State));
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public async Task Follow_WhenRedisBreaksAway_LooksForItself()
    {
        await using var door = new RedisDoor(Database.RedisConfiguration);
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(door.Configuration));
            builder.AddJobQueue(options => options.FollowPollInterval = TimeSpan.FromSeconds(2));
        });
        await using var other = await JobProgram.CreateAsync(Database);
        var id = await other.EnqueueAsync();
        var following = program.Reader.FollowAsync(id, Token).ToListAsync(Token).AsTask();
        await Database.ExecuteAsync("select pg_sleep(4)");

        await door.CloseAsync();
        await other.Control.CancelAsync(id, Token);

        Assert.Equal(JobState.Cancelled, (await following.WaitAsync(TimeSpan.FromSeconds(10), Token))[^1].State);
    }

    [Fact]
    public async Task Result_WhenTheJobIsDeletedWhileItIsRead_FailsRatherThanEnds()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        await program.FinishAsync(await program.ClaimAsync(id), AttemptOutcome.Completed, JobState.Completed);
        await Database.ExecuteAsync($"insert into jobs.result_file (job_id, content_type, file_name, content) values ('{id}', 'a/b', 'c', decode(repeat('ab', 300000), 'hex'))");
        await using var file = Assert.IsType<JobResult.File>(await program.Reader.OpenResultAsync(id, Token)).Content;
        var buffer = new byte[file.Length];
        await file.Content.ReadExactlyAsync(buffer.AsMemory(0, 100_000), Token);

        await program.Control.DeleteAsync(id, Token);

        await Assert.ThrowsAsync<EndOfStreamException>(() => file.Content.CopyToAsync(Stream.Null, Token));
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
