using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Takes jobs from workers whose lease ran out, so that others run them again.</summary>
/// <remarks>
/// A rescue is one statement: dying before its commit changes nothing, dying after it leaves available jobs that Redis does not know, which the fallback
/// poll and the sweep find. A worker that was only frozen may still be running such a job; the new claim's token keeps it from storing anything.
/// </remarks>
internal sealed partial class JobRescuer(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    JobMetrics metrics,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<JobRescuer> logger) : IMaintenance
{
    private const int BatchSize = 500;
    private const string Reason = "The worker stopped answering while the job ran.";
    private readonly TimeSpan _lease = options.Value.LeaseDuration;
    private long? _reachableSince;
    private bool _isUnreachable;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            // When Postgres could not be reached, nobody could renew a lease: one lease of patience before anyone is judged.
            var canJudge = _reachableSince is not { } since || time.GetElapsedTime(since) >= _lease;
            while (await RescueAsync([], canJudge && !_isUnreachable, cancellationToken) == BatchSize)
            {
            }

            if (_isUnreachable)
            {
                _isUnreachable = false;
                _reachableSince = time.GetTimestamp();
            }
        }
        catch (NpgsqlException)
        {
            _isUnreachable = true;
            throw;
        }
    }

    /// <summary>Takes jobs back that this worker holds without running them, since the answer to its own claim was lost.</summary>
    public Task<int> RescueStrandedAsync(IReadOnlyCollection<long> leaseTokens, CancellationToken cancellationToken) =>
        RescueAsync(leaseTokens, canJudge: false, cancellationToken);

    private async Task<int> RescueAsync(IReadOnlyCollection<long> stranded, bool canJudge, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.Rescue);
        command.Parameters.Add(new("stranded_tokens", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = stranded.ToArray() });
        command.Parameters.Add(new("judge", canJudge));
        command.Parameters.Add(new("lease", _lease));
        command.Parameters.Add(new("limit", BatchSize));
        command.Parameters.Add(new("error_type", typeof(JobLeaseLostException).FullName!));
        command.Parameters.Add(new("error_message", Reason));
        var count = 0;
        var available = new List<DispatchedJob>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            count++;
            var id = reader.GetGuid(0);
            var (kind, queue, priority) = (reader.GetString(1), reader.GetString(2), reader.GetInt16(3));
            var state = JobStateExtensions.Parse(reader.GetString(4));
            metrics.Rescued(queue, kind, state);
            dispatch.AnnounceChange(id);
            if (reader.GetBoolean(6))
            {
                // Its place is free, whatever became of it.
                dispatch.NudgeFor(kind);
            }

            if (state is JobState.Available)
            {
                available.Add(new DispatchedJob(id, queue, priority, reader.GetBoolean(6) ? kind : null));
                JobRescued(id, kind, reader.GetString(5));
            }
            else
            {
                JobEndedByRescue(id, kind, reader.GetString(5), state);
            }
        }

        if (available.Count > 0)
        {
            dispatch.PushFront(available);
        }

        return count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} ({JobKind}) was rescued from the silent worker {Worker}.")]
    private partial void JobRescued(Guid jobId, string jobKind, string worker);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} ({JobKind}) of the silent worker {Worker} is not run again: it is {State}.")]
    private partial void JobEndedByRescue(Guid jobId, string jobKind, string worker, JobState state);
}
