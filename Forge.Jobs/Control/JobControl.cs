using Npgsql;

namespace Forge.Jobs;

/// <summary>What a person may do to a job and to queues; <see cref="JobBulk"/> does it to many jobs. Who may is the caller's decision.</summary>
/// <remarks>No call takes part in a <see cref="System.Transactions.TransactionScope"/>: what it changes stays changed.</remarks>
public sealed class JobControl
{
    private static readonly TimeSpan HonouredPoll = TimeSpan.FromSeconds(0.02);

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobDispatch _dispatch;
    private readonly JobChanger _changer;
    private readonly TimeProvider _time;

    internal JobControl(NpgsqlDataSource dataSource, JobDispatch dispatch, JobChanger changer, TimeProvider time)
    {
        _dataSource = dataSource;
        _dispatch = dispatch;
        _changer = changer;
        _time = time;
    }

    /// <summary>Cancels a waiting job at once, and signals a running one: its token is cancelled within 2 seconds, and it becomes cancelled when its handler ends without completing.</summary>
    public Task<JobChangeResult> CancelAsync(Guid id, CancellationToken cancellationToken = default) => ChangeAsync(JobAction.Cancel, id, cancellationToken);

    /// <summary>Makes a discarded or cancelled job available again. Its attempts so far are kept; if they are used up it gets one more.</summary>
    public async Task<JobChangeResult> RetryAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var own = OwnTransaction.Begin();
        try
        {
            return await ChangeAsync(JobAction.Retry, id, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return await ExecuteAsync(
                """
                select live.id
                from jobs.job j
                join jobs.job live on live.owner is not distinct from j.owner and live.unique_key = j.unique_key
                where j.id = @id and live.state in ('available', 'scheduled', 'running', 'retryable')
                """,
                id,
                reader => reader.GetGuid(0),
                cancellationToken) is { } holder
                ? new JobChangeResult.UniqueKeyTaken(holder)
                : await RetryAsync(id, cancellationToken);
        }
    }

    /// <summary>Deletes a finished job with its attempts and its result. On success the result names the state that it had.</summary>
    public Task<JobChangeResult> DeleteAsync(Guid id, CancellationToken cancellationToken = default) => ChangeAsync(JobAction.Delete, id, cancellationToken);

    /// <summary>Pauses a queue: when this returns, no further job of it starts. Running jobs go on. Pausing twice is harmless.</summary>
    /// <remarks>It waits until every worker has given back what it had claimed and not started: a few milliseconds with Redis, at most a heartbeat or two without, and for a worker that does not answer, until its lease ends.</remarks>
    public async Task PauseQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        using var own = OwnTransaction.Begin();
        await using var command = _dataSource.CreateCommand(
            "insert into jobs.queue (name, paused_at) values (@queue, now()) on conflict (name) do update set paused_at = coalesce(jobs.queue.paused_at, now())");
        command.Parameters.Add(new("queue", queue));
        await command.ExecuteNonQueryAsync(cancellationToken);
        _dispatch.AnnounceQueues();
        await WaitUntilHonouredAsync(queue, cancellationToken);
    }

    /// <summary>Lets a queue's jobs start again. Resuming a queue that is not paused is harmless.</summary>
    public async Task ResumeQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        using var own = OwnTransaction.Begin();
        await using var command = _dataSource.CreateCommand("update jobs.queue set paused_at = null where name = @queue");
        command.Parameters.Add(new("queue", queue));
        await command.ExecuteNonQueryAsync(cancellationToken);
        _dispatch.AnnounceQueues();
    }

    private async Task WaitUntilHonouredAsync(string queue, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            """
            select exists (select from jobs.queue where name = @queue and paused_at is not null)
               and exists (select from jobs.worker where lease_expires_at > now() and @queue <> all (paused_queues))
            """);
        command.Parameters.Add(new("queue", queue));
        while (await command.ExecuteScalarAsync(cancellationToken) is true)
        {
            await Task.Delay(HonouredPoll, _time, cancellationToken);
        }
    }

    private async Task<JobChangeResult> ChangeAsync(JobAction action, Guid id, CancellationToken cancellationToken)
    {
        using var own = OwnTransaction.Begin();
        return await _changer.ChangeAsync(action, id, action.States(), cancellationToken) is { } state
            ? new JobChangeResult.Changed(state)
            : await RefuseAsync(id, cancellationToken);
    }

    private async Task<JobChangeResult> RefuseAsync(Guid id, CancellationToken cancellationToken) =>
        await ExecuteAsync("select state from jobs.job where id = @id", id, reader => JobStateExtensions.Parse(reader.GetString(0)), cancellationToken) is { } state
            ? new JobChangeResult.WrongState(state)
            : new JobChangeResult.NotFound();

    private async Task<T?> ExecuteAsync<T>(string sql, Guid id, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : struct
    {
        await using var command = _dataSource.CreateCommand(sql);
        command.Parameters.Add(new("id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? read(reader) : null;
    }
}
