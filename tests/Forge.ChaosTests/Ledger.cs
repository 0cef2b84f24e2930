using System.Reflection;
using Npgsql;

namespace Forge.ChaosTests;

/// <summary>What Postgres knows of a scenario: who runs, what ran, what it did.</summary>
internal sealed class Ledger(NpgsqlDataSource data)
{
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        await using var command = data.CreateCommand(Read("tables.sql"));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Postgres' time, by which everything else is noted.</summary>
    public Task<DateTime> NowAsync(CancellationToken cancellationToken) => ScalarAsync<DateTime>("select clock_timestamp()", cancellationToken);

    /// <summary>How many runs the process has begun and not ended, as far as the records say.</summary>
    public Task<long> RunningAsync(ChaosProcess worker, CancellationToken cancellationToken) => ScalarAsync<long>(
        "select count(*) from jobs.job where state = 'running' and split_part(worker_id, ':', 2) = @process::text", cancellationToken, new NpgsqlParameter("process", worker.Id));

    /// <summary>Workers that hold a lease.</summary>
    public Task<long> WorkersAsync(CancellationToken cancellationToken) =>
        ScalarAsync<long>("select count(*) from jobs.worker where lease_expires_at > now()", cancellationToken);

    /// <summary>Workers that have been there for two leases.</summary>
    public Task<long> SteadyWorkersAsync(CancellationToken cancellationToken) =>
        ScalarAsync<long>("select count(*) from jobs.worker where heartbeat_at > started_at + interval '16 s' and steady_since < now() - interval '10 s'", cancellationToken);

    public Task<long> RunningAsync(CancellationToken cancellationToken) =>
        ScalarAsync<long>("select count(*) from jobs.job where state = 'running'", cancellationToken);

    public Task<long> CompletedAsync(CancellationToken cancellationToken) =>
        ScalarAsync<long>("select count(*) from jobs.job where state = 'completed'", cancellationToken);

    /// <summary>Completed jobs that were claimed after a moment.</summary>
    public Task<long> CompletedAsync(DateTime claimedAfter, CancellationToken cancellationToken) => ScalarAsync<long>(
        "select count(*) from jobs.job where state = 'completed' and started_at > @since", cancellationToken, new NpgsqlParameter("since", claimedAfter));

    /// <summary>How many sessions a user has.</summary>
    public Task<long> SessionsAsync(string user, CancellationToken cancellationToken) =>
        ScalarAsync<long>("select count(*) from pg_stat_activity where usename = @user", cancellationToken, new NpgsqlParameter("user", user));

    public Task<long> UnfinishedAsync(CancellationToken cancellationToken) =>
        ScalarAsync<long>("select count(*) from jobs.job where state <> 'completed'", cancellationToken);

    /// <summary>Runs of a process that began and should have completed in a transaction, and have neither done so nor been refused.</summary>
    public Task<long> UndecidedAsync(ChaosProcess worker, CancellationToken cancellationToken) => ScalarAsync<long>(
        """
        select count(*)
        from chaos.run r
        join jobs.job j on j.id = r.job_id
        where r.process = @process and j.kind = 'chaos.transactional'
          and not exists (select from chaos.effect e where e.job_id = r.job_id and e.process = r.process)
          and not exists (select from chaos.refusal f where f.job_id = r.job_id and f.process = r.process)
        """,
        cancellationToken,
        new NpgsqlParameter("process", worker.Id));

    /// <summary>How often a process tried to complete a job after a moment, and was told that it does not own it any more.</summary>
    public Task<long> LateCompletionsAsync(ChaosProcess worker, DateTime since, CancellationToken cancellationToken) => ScalarAsync<long>(
        "select count(*) from chaos.refusal where process = @process and reason = 'JobLeaseLostException' and refused_at > @since",
        cancellationToken,
        new("process", worker.Id),
        new("since", since));

    /// <summary>Effects, together with a completion, that a process had after a moment.</summary>
    public Task<long> EffectsAsync(ChaosProcess worker, DateTime since, CancellationToken cancellationToken) => ScalarAsync<long>(
        "select count(*) from chaos.effect where process = @process and is_transactional and happened_at > @since",
        cancellationToken,
        new("process", worker.Id),
        new("since", since));

    /// <summary>What became of the jobs that were taken from a process, or that it gave back, after a moment.</summary>
    /// <param name="outcome">How its runs ended: <c>rescued</c> or <c>handed_back</c>.</param>
    /// <param name="processId">The process.</param>
    /// <param name="since">The moment.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Takeover> TakeoverAsync(string outcome, int processId, DateTime since, CancellationToken cancellationToken)
    {
        await using var command = data.CreateCommand(
            """
            select count(*), count(*) filter (where again.started_at is null), coalesce(max(again.started_at) - @since, interval '0')
            from jobs.attempt a
            cross join lateral (
                select min(r.started_at) as started_at from chaos.run r where r.job_id = a.job_id and r.started_at > @since and r.process <> @process) again
            where a.outcome = @outcome and split_part(a.worker_id, ':', 2) = @process::text
            """);
        command.Parameters.Add(new("outcome", outcome));
        command.Parameters.Add(new("process", processId));
        command.Parameters.Add(new("since", since));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new Takeover(row.GetInt64(0), row.GetInt64(1), row.GetTimeSpan(2));
    }

    /// <summary>Where a job is, how many attempts it has used up, and how its runs ended that did not complete it.</summary>
    public Task<string> StoryAsync(Guid jobId, CancellationToken cancellationToken) => ScalarAsync<string>(
        """
        select format('%s, attempts used: %s, ended before: %s', state, attempt, (
            select string_agg(outcome, ', ' order by lease_token) from jobs.attempt where job_id = @id))
        from jobs.job
        where id = @id
        """,
        cancellationToken,
        new NpgsqlParameter("id", jobId));

    public Task<string> StateAsync(Guid jobId, CancellationToken cancellationToken) =>
        ScalarAsync<string>("select state from jobs.job where id = @id", cancellationToken, new NpgsqlParameter("id", jobId));

    /// <summary>Takes a job out of what is counted.</summary>
    public async Task ForgetAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = data.CreateCommand("delete from chaos.run where job_id = @id; delete from jobs.job where id = @id");
        command.Parameters.Add(new("id", jobId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Which processes ran a job, in their order.</summary>
    public Task<int[]> ProcessesAsync(Guid jobId, CancellationToken cancellationToken) => ScalarAsync<int[]>(
        "select coalesce(array_agg(process order by started_at), '{}') from chaos.run where job_id = @id", cancellationToken, new NpgsqlParameter("id", jobId));

    /// <summary>Jobs that took more than one attempt.</summary>
    public Task<long> RetriedAsync(CancellationToken cancellationToken) => ScalarAsync<long>("select count(*) from jobs.job where attempt > 1", cancellationToken);

    /// <summary>The longest time after a moment in which no run began, up to the last one.</summary>
    public Task<TimeSpan> StallAsync(DateTime since, CancellationToken cancellationToken) => ScalarAsync<TimeSpan>(
        """
        select coalesce(max(started_at - before), interval '0')
        from (
            select started_at, lag(started_at, 1, @since) over (order by started_at) as before
            from chaos.run
            where started_at > @since) runs
        """,
        cancellationToken,
        new NpgsqlParameter("since", since));

    /// <summary>From a moment until the last of these jobs had begun to run.</summary>
    public Task<TimeSpan> StartTimeAsync(IReadOnlyCollection<Guid> jobIds, DateTime since, CancellationToken cancellationToken) => ScalarAsync<TimeSpan>(
        """
        select coalesce(greatest(max(started_at) - @since, interval '0'), interval '0')
        from (select min(started_at) as started_at from chaos.run where job_id = any (@ids) group by job_id) first
        """,
        cancellationToken,
        new("since", since),
        new("ids", jobIds.ToArray()));

    /// <summary>From a moment until the last job had ended.</summary>
    public Task<TimeSpan> LastEndAsync(DateTime since, CancellationToken cancellationToken) => ScalarAsync<TimeSpan>(
        "select coalesce(greatest(max(finished_at) - @since, interval '0'), interval '0') from jobs.job",
        cancellationToken,
        new NpgsqlParameter("since", since));

    /// <param name="promised">The jobs that callers were promised.</param>
    /// <param name="harmed">The ids of the worker processes that were killed or frozen.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Tally> TallyAsync(IReadOnlyCollection<Guid> promised, IEnumerable<int> harmed, CancellationToken cancellationToken)
    {
        await using var command = data.CreateCommand(Read("tally.sql"));
        command.Parameters.Add(new("promised", promised.ToArray()));
        command.Parameters.Add(new("harmed", harmed.ToArray()));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new Tally(promised.Count, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));
    }

    private async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = data.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Forge.ChaosTests.{name}")
            ?? throw new InvalidOperationException($"The resource '{name}' is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
