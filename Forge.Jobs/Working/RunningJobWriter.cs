using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Everything a run writes about its job. Each statement carries the lease token, so a run whose job was taken from it changes nothing.</summary>
internal sealed partial class RunningJobWriter
{
    private const int SharedLimit = 1_000;
    private const int MaxMessageLength = 500;

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobDispatch _dispatch;
    private readonly WorkerIdentity _worker;
    private readonly TimeSpan _lease;
    private readonly ILogger _logger;
    private readonly SharedWrites<AttemptEnd, JobState?> _ends;

    public RunningJobWriter(NpgsqlDataSource dataSource, JobDispatch dispatch, WorkerIdentity worker, IOptions<JobWorkerOptions> options, ILogger<RunningJobWriter> logger)
    {
        _lease = options.Value.LeaseDuration;
        _dataSource = dataSource;
        _dispatch = dispatch;
        _worker = worker;
        _logger = logger;
        _ends = new SharedWrites<AttemptEnd, JobState?>(FinishSharedAsync, SharedLimit);
    }

    /// <summary>Charges a job that a worker died with the death that its next run would be, before that begins. False when the job is not this worker's any more.</summary>
    /// <remarks>
    /// A death says nothing about which of the worker's jobs caused it, or which had begun, so all of them run again at once the first time. From then on only what begins is charged, and whatever end
    /// is stored takes the charge back. Dying before the commit: the job has not begun and is not charged. Dying right after it: the job is charged, although nothing of it has happened.
    /// </remarks>
    public async Task<bool> ChargeDeathAsync(ClaimedJob job, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand("update jobs.job set deaths = @deaths where id = @id and lease_token = @lease_token");
        command.Parameters.Add(new("id", job.Id));
        command.Parameters.Add(new("lease_token", job.LeaseToken));
        command.Parameters.Add(new("deaths", (short)(job.Deaths + 1)));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task ReportProgressAsync(ClaimedJob job, int percent, string? message, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            "update jobs.job set progress = @progress, message = @message where id = @id and lease_token = @lease_token and state = 'running'");
        command.Parameters.Add(new("id", job.Id));
        command.Parameters.Add(new("lease_token", job.LeaseToken));
        command.Parameters.Add(new("progress", (short)percent));
        command.Parameters.Add(new("message", NpgsqlDbType.Text) { Value = (object?)StorableText.Cut(message, MaxMessageLength) ?? DBNull.Value });
        try
        {
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                throw new JobLeaseLostException();
            }

            _dispatch.AnnounceChange(job.Id);
        }
        catch (NpgsqlException exception)
        {
            // The work itself may well go on without Postgres for a moment; an attempt is not worth a percentage.
            ProgressNotStored(exception, job.Id);
        }
    }

    /// <summary>Completes in the handler's transaction. Dying before its commit undoes both the effects and the completion, and the job is rescued and runs again; dying after it, both are done.</summary>
    /// <remarks>
    /// Until the commit the transaction locks the job's row, and no rescue gets past that: so Postgres ends a transaction that is idle for longer than the lease.
    /// </remarks>
    public async Task CompleteAsync(ClaimedJob job, string? resultJson, ResultFile? file, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection ?? throw new ArgumentException("The transaction is over.", nameof(transaction));
        await transaction.LimitIdlenessAsync(_lease, cancellationToken);
        var end = new AttemptEnd(job, AttemptOutcome.Completed, JobState.Completed)
        {
            ResultJson = resultJson,
            ResultFile = file,
            TraceId = Activity.Current?.TraceId.ToHexString(),
        };
        if (await FinishOneAsync(end, connection, transaction, cancellationToken) is null)
        {
            throw new JobLeaseLostException();
        }
    }

    /// <summary>Stores how a run ended. Returns the job's state now, or null when the job no longer belonged to the run.</summary>
    /// <remarks>
    /// Dying before the commit: the job stays "running" under a lease that nobody renews, is rescued and runs again, although its handler may have finished.
    /// Dying after it: the end is stored; followers that were not told see it at their next poll.
    /// </remarks>
    public async Task<JobState?> FinishAsync(AttemptEnd end, CancellationToken cancellationToken)
    {
        if (end.ResultFile is null)
        {
            return await _ends.WriteAsync(end, cancellationToken);
        }

        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await transaction.LimitIdlenessAsync(_lease, cancellationToken);
        var state = await FinishOneAsync(end, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _dispatch.AnnounceChange(end.Job.Id);
        return state;
    }

    /// <summary>What is stored of a run's end: its outcome, and the state that it brought the job to. Nothing while the run holds its job, or when the job was taken from it.</summary>
    public async Task<(string? Outcome, JobState? State)> FindEndAsync(ClaimedJob job, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(JobSql.FindEnd);
        command.Parameters.Add(new("id", job.Id));
        command.Parameters.Add(new("lease_token", job.LeaseToken));
        command.Parameters.Add(new("worker", _worker.Id));
        command.Parameters.Add(new("attempt", job.Attempt));
        command.Parameters.Add(new("started_at", job.StartedAt.UtcDateTime));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && !await reader.IsDBNullAsync(0, cancellationToken)
            ? (reader.GetString(0), JobStateExtensions.Parse(reader.GetString(1)))
            : (null, null);
    }

    private async Task<IReadOnlyList<JobState?>> FinishSharedAsync(IReadOnlyList<AttemptEnd> ends)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(CancellationToken.None);
        var plain = ends.Where(end => end.State is JobState.Completed).ToList();
        var isStored = plain.Count > 0 ? await AttemptEndWriter.CompleteAsync(plain, connection, CancellationToken.None) : [];
        // Dying between the two: the others' jobs are rescued and run again, like any run whose end was not stored.
        var others = plain.Count < ends.Count ? [.. ends.Where(end => end.State is not JobState.Completed)] : (List<AttemptEnd>)[];
        var states = others.Count > 0 ? await AttemptEndWriter.FinishAsync(others, _worker.Id, connection, null, CancellationToken.None) : [];
        _dispatch.AnnounceChanges([.. ends.Select(end => end.Job.Id)]);
        return [.. ends.Select(end => end.State is JobState.Completed
            ? isStored.Contains(end.Job.LeaseToken) ? JobState.Completed : (JobState?)null
            : states.TryGetValue(end.Job.LeaseToken, out var state) ? state : null)];
    }

    private async Task<JobState?> FinishOneAsync(AttemptEnd end, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var states = await AttemptEndWriter.FinishAsync([end], _worker.Id, connection, transaction, cancellationToken);
        if (!states.TryGetValue(end.Job.LeaseToken, out var state))
        {
            return null;
        }

        if (state is JobState.Completed && end.ResultFile is { } file)
        {
            await using var command = new NpgsqlCommand(
                "insert into jobs.result_file (job_id, content_type, file_name, content) values (@id, @content_type, @file_name, @content)", connection, transaction);
            command.Parameters.Add(new("id", end.Job.Id));
            command.Parameters.Add(new("content_type", file.ContentType));
            command.Parameters.Add(new("file_name", file.FileName));
            command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>>("content", NpgsqlDbType.Bytea) { TypedValue = file.Content });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return state;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress of job {JobId} could not be stored.")]
    private partial void ProgressNotStored(Exception exception, Guid jobId);
}
