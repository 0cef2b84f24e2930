using Npgsql;

namespace Forge.Jobs.Tests.Control;

public sealed class JobBulkTests(JobServers servers) : JobTests(servers)
{
    private static readonly JobFilter All = new();

    [Fact]
    public async Task Retry_OfThousands_GoesInBatches_AndAWorkerRunsThem()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var bulk = program.Get<JobBulk>();
        await StoreAsync("discarded", 3_000);
        await StoreAsync("discarded", 10, kind: "foreign");
        var filter = new JobFilter { State = JobState.Discarded, Kind = JobProgram.Kind };

        var first = await bulk.ApplyAsync(JobAction.Retry, filter, within: TimeSpan.Zero, cancellationToken: Token);

        Assert.Equal((1_000, 1_000), (first.Matched, first.Changed));
        Assert.NotNull(first.Next);
        Assert.Equal(1_000, await CountAsync("available"));
        Assert.Equal(1_000, await program.CountListedAsync());

        var rest = await bulk.ApplyAsync(JobAction.Retry, filter, first.Next, cancellationToken: Token);
        Assert.Equal(new JobBulkResult(2_000, 2_000, null), rest);
        await program.StartAsync();
        await Database.WaitForEndOfAllAsync();
        Assert.Equal((3_000, 10), (await CountAsync("completed"), await CountAsync("discarded")));
    }

    [Theory]
    [InlineData(JobAction.Retry)]
    [InlineData(JobAction.Cancel)]
    [InlineData(JobAction.Delete)]
    public async Task Preview_CountsWhatWouldBeChanged_AndChangesNothing(JobAction action)
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await StoreEachStateAsync(program, 2);
        var before = await RowsAsync();

        var preview = await program.Get<JobBulk>().PreviewAsync(action, All, cancellationToken: Token);

        Assert.Equal(new JobBulkResult(2 * action.States().Count, 0, null), preview);
        Assert.Equal(before, await RowsAsync());
        Assert.Equal(0, await program.CountListedAsync());
        Assert.Equal(preview with { Changed = preview.Matched }, await program.Get<JobBulk>().ApplyAsync(action, All, cancellationToken: Token));
    }

    [Theory]
    [InlineData(JobAction.Retry, "available 3, completed 1, retryable 1, running 1, scheduled 1")]
    [InlineData(JobAction.Cancel, "cancelled 4, completed 1, discarded 1, running 1")]
    [InlineData(JobAction.Delete, "available 1, retryable 1, running 1, scheduled 1")]
    public async Task Action_TouchesOnlyTheStatesThatAdmitIt_AndRepeatedChangesNothing(JobAction action, string expected)
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await StoreEachStateAsync(program, 1);

        await program.Get<JobBulk>().ApplyAsync(action, All, cancellationToken: Token);
        Assert.Equal(expected, await StatesAsync());
        var again = await program.Get<JobBulk>().ApplyAsync(action, new JobFilter { States = action.States().Where(state => action is not JobAction.Retry || state is not JobState.Available).ToList() }, cancellationToken: Token);

        Assert.Equal(new JobBulkResult(0, 0, null), again);
        Assert.Equal(expected, await StatesAsync());
    }

    [Theory]
    [InlineData(JobAction.Retry, JobState.Cancelled, "available 2, completed 1, discarded 1, retryable 1, running 1, scheduled 1")]
    [InlineData(JobAction.Cancel, JobState.Scheduled, "available 1, cancelled 2, completed 1, discarded 1, retryable 1, running 1")]
    [InlineData(JobAction.Cancel, JobState.Completed, "available 1, cancelled 1, completed 1, discarded 1, retryable 1, running 1, scheduled 1")]
    [InlineData(JobAction.Delete, JobState.Discarded, "available 1, cancelled 1, completed 1, retryable 1, running 1, scheduled 1")]
    public async Task Action_OfOneState_LeavesTheOthers(JobAction action, JobState state, string expected)
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await StoreEachStateAsync(program, 1);

        await program.Get<JobBulk>().ApplyAsync(action, new JobFilter { State = state }, cancellationToken: Token);

        Assert.Equal(expected, await StatesAsync());
    }

    [Fact]
    public async Task Cancel_SignalsRunningJobs()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (_, token) => Task.Delay(Timeout.Infinite, token);
        var ids = new List<Guid>();
        for (var count = 0; count < 3; count++)
        {
            ids.Add(await program.EnqueueAsync());
            await program.WaitForAsync(ids[^1], JobState.Running);
        }

        var result = await program.Get<JobBulk>().ApplyAsync(JobAction.Cancel, new JobFilter { State = JobState.Running }, cancellationToken: Token);

        Assert.Equal(new JobBulkResult(3, 3, null), result);
        foreach (var id in ids)
        {
            await program.WaitForAsync(id, JobState.Cancelled);
        }
    }

    [Fact]
    public async Task Retry_OfJobsThatShareAUniqueKey_RunsOneOfThem_AndAllOthers()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await StoreAsync("discarded", 20);
        await StoreAsync("discarded", 3, uniqueKey: "shared");
        await StoreAsync("available", 1, uniqueKey: "held");
        await StoreAsync("discarded", 2, uniqueKey: "held");

        var result = await program.Get<JobBulk>().ApplyAsync(JobAction.Retry, All, cancellationToken: Token);

        Assert.Equal(new JobBulkResult(25, 21, null), result);
        Assert.Equal("available 22, discarded 4", await StatesAsync());
    }

    [Fact]
    public async Task Cancel_WhenAnotherTransactionHoldsAJob_CommitsTheOthersFirst()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await StoreAsync("available", 20);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var hold = new NpgsqlCommand("select id from jobs.job limit 1 for update", connection, transaction))
        {
            await hold.ExecuteNonQueryAsync(Token);
        }

        var cancelling = program.Get<JobBulk>().ApplyAsync(JobAction.Cancel, All, cancellationToken: Token);
        await Database.WaitForWaiterAsync("transactionid");
        Assert.Equal("available 1, cancelled 19", await StatesAsync());
        await transaction.CommitAsync(Token);

        Assert.Equal(new JobBulkResult(20, 20, null), await cancelling);
        Assert.Equal("cancelled 20", await StatesAsync());
    }

    [Fact]
    public async Task Filter_RestrictsByEachOfItsMembers()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await StoreAsync("discarded", 1, kind: "wanted", queue: "wanted", owner: "ann", error: ("System.TimeoutException", "Order 17 of ann was LATE."), at: "2026-03-01");
        await StoreAsync("cancelled", 1, kind: "other", queue: "other", owner: "bob", error: ("System.IO.IOException", "Disk 3 is full."), at: "2026-05-01");
        await StoreAsync("cancelled", 1, kind: "other", queue: "other", at: "2026-05-01");
        var april = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

        JobFilter[] one =
        [
            new() { State = JobState.Discarded },
            new() { States = [JobState.Discarded, JobState.Running] },
            new() { Kind = "wanted" },
            new() { Queue = "wanted" },
            new() { Owner = "ann" },
            new() { Error = "was late" },
            new() { Error = "timeoutexc" },
            new() { ErrorType = "System.TimeoutException" },
            new() { ErrorMessage = "Order # of ann was LATE." },
            new() { CreatedBefore = april },
            new() { FinishedBefore = april },
        ];
        Assert.All(await Task.WhenAll(one.Select(MatchedAsync)), matched => Assert.Equal(1, matched));
        JobFilter[] two = [new() { CreatedFrom = april }, new() { FinishedFrom = april }];
        Assert.All(await Task.WhenAll(two.Select(MatchedAsync)), matched => Assert.Equal(2, matched));
        JobFilter[] none = [new() { ErrorType = "TimeoutException" }, new() { ErrorMessage = "Order 17 of ann was LATE." }, new() { Kind = "wanted", Owner = "bob" }];
        Assert.All(await Task.WhenAll(none.Select(MatchedAsync)), matched => Assert.Equal(0, matched));

        async Task<long> MatchedAsync(JobFilter filter) => (await program.Get<JobBulk>().PreviewAsync(JobAction.Retry, filter, cancellationToken: Token)).Matched;
    }

    [Fact]
    public async Task Filter_ByError_LooksAtTheLatestOnly()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) => throw (context.Attempt == 1 ? new TimeoutException("first") : new InvalidOperationException("second"));
        var id = await program.EnqueueAsync(change: request => request with { MaxAttempts = 1 });
        await program.WaitForAsync(id, JobState.Discarded);
        await program.Control.RetryAsync(id, Token);
        await program.WaitForAsync(id, JobState.Discarded);

        Assert.Equal(0, (await program.Get<JobBulk>().PreviewAsync(JobAction.Retry, new JobFilter { Error = "first" }, cancellationToken: Token)).Matched);
        Assert.Equal(1, (await program.Get<JobBulk>().PreviewAsync(JobAction.Retry, new JobFilter { Error = "second" }, cancellationToken: Token)).Matched);
    }

    private async Task StoreEachStateAsync(JobProgram program, int count)
    {
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        foreach (var state in Enum.GetValues<JobState>())
        {
            await StoreAsync(state.ToName(), count);
        }
    }

    private Task StoreAsync(string state, int count, string kind = JobProgram.Kind, string queue = "default", string? owner = null, string? uniqueKey = null, (string Type, string Message)? error = null, string at = "now") =>
        Database.ExecuteAsync(
            $"""
            with stored as (
                insert into jobs.job (id, kind, version, queue, priority, state, payload, attempt, max_attempts, owner, unique_key, created_at, run_at, finished_at, worker_id, lease_token)
                select gen_random_uuid(), '{kind}', 1, '{queue}', 5, '{state}', '{"{}"}', 1, 1, {Text(owner)}, {Text(uniqueKey)}, '{at}', now() + case when '{state}' = 'scheduled' then interval '1 hour' else '0' end,
                       case when '{state}' in ('completed', 'cancelled', 'discarded') then '{at}'::timestamptz end,
                       case when '{state}' = 'running' then (select id from jobs.worker limit 1) end, case when '{state}' = 'running' then nextval('jobs.lease_token') end
                from generate_series(1, {count})
                returning id
            )
            insert into jobs.attempt (job_id, lease_token, attempt, started_at, outcome, worker_id, error_type, error_message)
            select id, nextval('jobs.lease_token'), 1, now(), 'failed', 'w', {Text(error?.Type)}, {Text(error?.Message)} from stored
            """);

    private static string Text(string? value) => value is null ? "null" : $"'{value}'";

    private Task<long> CountAsync(string state) => Database.ScalarAsync<long>("select count(*) from jobs.job where state = @state", new NpgsqlParameter("state", state));

    private Task<string> StatesAsync() =>
        Database.ScalarAsync<string>("select string_agg(state || ' ' || count, ', ' order by state) from (select state, count(*) from jobs.job group by state) as s");

    /// <summary>Every version of every row, so that a change shows which puts back what was there.</summary>
    private Task<string> RowsAsync() => Database.ScalarAsync<string>("select string_agg(xmin::text || xmax::text || state, ',' order by id) from jobs.job");
}
