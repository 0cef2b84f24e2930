using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Everything a run writes about its job. Each statement carries the lease token, so a run whose job was taken from it changes nothing.</summary>
internal sealed partial class RunningJobWriter
{
    private const int SharedLimit = 500;
    private const int MaxMessageLength = 500;
    private const int MaxErrorLength = 4_000;

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobDispatch _dispatch;
    private readonly WorkerIdentity _worker;
    private readonly ILogger _logger;
    private readonly SharedWrites<AttemptEnd, JobState?> _ends;

    public RunningJobWriter(NpgsqlDataSource dataSource, JobDispatch dispatch, WorkerIdentity worker, ILogger<RunningJobWriter> logger)
    {
        _dataSource = dataSource;
        _dispatch = dispatch;
        _worker = worker;
        _logger = logger;
        _ends = new SharedWrites<AttemptEnd, JobState?>(FinishSharedAsync, SharedLimit);
    }

    public async Task ReportProgressAsync(ClaimedJob job, int percent, string? message, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            "update jobs.job set progress = @progress, message = @message where id = @id and lease_token = @lease_token and state = 'running'");
        command.Parameters.Add(new("id", job.Id));
        command.Parameters.Add(new("lease_token", job.LeaseToken));
        command.Parameters.Add(new("progress", (short)percent));
        command.Parameters.Add(new("message", NpgsqlDbType.Text) { Value = (object?)Cut(message, MaxMessageLength) ?? DBNull.Value });
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
    public async Task CompleteAsync(ClaimedJob job, string? resultJson, ResultFile? file, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection ?? throw new ArgumentException("The transaction is over.", nameof(transaction));
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
        JobState? state;
        if (end.ResultFile is null)
        {
            state = await _ends.WriteAsync(end, cancellationToken);
        }
        else
        {
            await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            state = await FinishOneAsync(end, connection, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        if (state is not null)
        {
            _dispatch.AnnounceChange(end.Job.Id);
        }

        return state;
    }

    /// <summary>The job's state if this run no longer holds it, null while it does.</summary>
    public async Task<bool> IsStillHeldAsync(ClaimedJob job, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand("select exists (select from jobs.job where id = @id and lease_token = @lease_token and state = 'running')");
        command.Parameters.Add(new("id", job.Id));
        command.Parameters.Add(new("lease_token", job.LeaseToken));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<IReadOnlyList<JobState?>> FinishSharedAsync(IReadOnlyList<AttemptEnd> ends)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(CancellationToken.None);
        return await FinishManyAsync(ends, connection, null, CancellationToken.None);
    }

    private async Task<JobState?> FinishOneAsync(AttemptEnd end, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var states = await FinishManyAsync([end], connection, transaction, cancellationToken);
        if (states[0] is JobState.Completed && end.ResultFile is { } file)
        {
            await using var command = new NpgsqlCommand(
                "insert into jobs.result_file (job_id, content_type, file_name, content) values (@id, @content_type, @file_name, @content)", connection, transaction);
            command.Parameters.Add(new("id", end.Job.Id));
            command.Parameters.Add(new("content_type", file.ContentType));
            command.Parameters.Add(new("file_name", file.FileName));
            command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>>("content", NpgsqlDbType.Bytea) { TypedValue = file.Content });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return states[0];
    }

    private async Task<IReadOnlyList<JobState?>> FinishManyAsync(IReadOnlyList<AttemptEnd> ends, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.Finish, connection, transaction);
        var parameters = command.Parameters;
        parameters.Add(new("worker", _worker.Id));
        parameters.Add(new("ids", ends.Select(end => end.Job.Id).ToArray()));
        parameters.Add(new("lease_tokens", ends.Select(end => end.Job.LeaseToken).ToArray()));
        parameters.Add(new("outcomes", ends.Select(end => end.Outcome).ToArray()));
        parameters.Add(new("states", ends.Select(end => end.State.ToName()).ToArray()));
        parameters.Add(new("results", NpgsqlDbType.Array | NpgsqlDbType.Jsonb) { Value = ends.Select(end => end.ResultJson).ToArray() });
        parameters.Add(new("delays", ends.Select(end => end.RetryDelay).ToArray()));
        parameters.Add(new("attempts", ends.Select(end => end.Job.Attempt).ToArray()));
        parameters.Add(new("started_ats", ends.Select(end => end.Job.StartedAt.UtcDateTime).ToArray()));
        parameters.Add(new("trace_ids", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = ends.Select(end => end.TraceId).ToArray() });
        parameters.Add(new("error_types", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = ends.Select(end => end.ErrorType).ToArray() });
        parameters.Add(new("error_messages", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = ends.Select(end => Cut(end.ErrorMessage, MaxErrorLength)).ToArray() });

        var states = new Dictionary<(Guid, long), JobState>(ends.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add((reader.GetGuid(0), reader.GetInt64(1)), JobStateExtensions.Parse(reader.GetString(2)));
        }

        return [.. ends.Select(end => states.TryGetValue((end.Job.Id, end.Job.LeaseToken), out var state) ? state : (JobState?)null)];
    }

    // Postgres' text refuses U+0000 and, being UTF-8, half a surrogate pair. An exception's message may hold either, and cutting it makes the latter.
    private static string? Cut(string? text, int length)
    {
        if (text is null)
        {
            return null;
        }

        var cut = text.Length > length ? text[..length] : text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut.Replace("\0", "", StringComparison.Ordinal)));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress of job {JobId} could not be stored.")]
    private partial void ProgressNotStored(Exception exception, Guid jobId);
}
