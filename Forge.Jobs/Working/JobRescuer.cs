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
        var rescued = await TakeAsync(stranded, canJudge, cancellationToken);
        foreach (var job in rescued)
        {
            metrics.Rescued(job.Queue, job.Kind, job.State);
            if (job.State is JobState.Available)
            {
                JobRescued(job.Id, job.Kind, job.Worker);
            }
            else
            {
                JobEndedByRescue(job.Id, job.Kind, job.Worker, job.State);
            }
        }

        dispatch.AnnounceChanges([.. rescued.Select(job => job.Id)]);
        if (rescued.Where(job => job.State is JobState.Available).ToList() is { Count: > 0 } available)
        {
            dispatch.Push([.. available.Select(job => new DispatchedJob(job.Id, new JobList(job.Queue, job.Kind, job.Version), job.Priority, job.IsLimited))]);
        }

        foreach (var kind in rescued.Where(job => job.IsLimited && job.State is not JobState.Available).Select(job => job.Kind).Distinct(StringComparer.Ordinal))
        {
            // A place is free; those who are available have told it already.
            dispatch.NudgeFor(kind);
        }

        return rescued.Count;
    }

    /// <summary>Returns after the commit: followers that are told before it would look too early.</summary>
    private async Task<List<RescuedJob>> TakeAsync(IReadOnlyCollection<long> stranded, bool canJudge, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.Rescue);
        command.Parameters.Add(new("stranded_tokens", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = stranded.ToArray() });
        command.Parameters.Add(new("judge", canJudge));
        command.Parameters.Add(new("lease", _lease));
        command.Parameters.Add(new("limit", BatchSize));
        command.Parameters.Add(new("error_type", typeof(JobLeaseLostException).FullName!));
        command.Parameters.Add(new("error_message", Reason));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rescued = new List<RescuedJob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rescued.Add(new RescuedJob(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetInt16(3),
                JobStateExtensions.Parse(reader.GetString(4)),
                reader.GetString(5),
                reader.GetBoolean(6),
                reader.GetInt32(7)));
        }

        // The commit's own failure arrives with this.
        await reader.NextResultAsync(cancellationToken);
        return rescued;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} ({JobKind}) was rescued from the silent worker {Worker}.")]
    private partial void JobRescued(Guid jobId, string jobKind, string worker);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} ({JobKind}) of the silent worker {Worker} is not run again: it is {State}.")]
    private partial void JobEndedByRescue(Guid jobId, string jobKind, string worker, JobState state);

    private sealed record RescuedJob(Guid Id, string Kind, string Queue, int Priority, JobState State, string Worker, bool IsLimited, int Version);
}
