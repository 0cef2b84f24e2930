using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Takes jobs from workers whose lease ran out, so that others run them again.</summary>
/// <remarks>
/// A rescue is one statement: dying before its commit changes nothing, dying after it leaves available jobs that Redis does not know, which the fallback
/// poll and the sweep find. A worker that was only frozen may still be running such a job; the new claim's token keeps it from storing anything.
/// Who may judge, the statement decides by this worker's own heartbeats.
/// </remarks>
internal sealed partial class JobRescuer(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    JobMetrics metrics,
    WorkerIdentity worker,
    IOptions<JobWorkerOptions> options,
    ILogger<JobRescuer> logger) : IMaintenance
{
    private const int BatchSize = 500;

    /// <summary>How long a job waits that was running at two deaths. It doubles with each further one and varies by a quarter either way.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await RescueAsync([], [], cancellationToken) == BatchSize)
        {
        }
    }

    /// <summary>Takes jobs back that this worker holds without running them.</summary>
    /// <param name="notBegun">The lease tokens of those that have not begun: the answer to the claim, or to the hand-back, was lost. They use up no attempt.</param>
    /// <param name="abandoned">The lease tokens of those that have begun, and whose end could not be stored.</param>
    /// <param name="cancellationToken">Stops waiting; the rescue may have happened all the same.</param>
    public Task<int> RescueStrandedAsync(IReadOnlyCollection<long> notBegun, IReadOnlyCollection<long> abandoned, CancellationToken cancellationToken) =>
        RescueAsync(notBegun, abandoned, cancellationToken);

    private async Task<int> RescueAsync(IReadOnlyCollection<long> stranded, IReadOnlyCollection<long> broken, CancellationToken cancellationToken)
    {
        var rescued = await TakeAsync(stranded, broken, cancellationToken);
        foreach (var job in rescued)
        {
            metrics.Rescued(job.Queue, job.Kind, job.State);
            if (job.State is JobState.Available or JobState.Retryable)
            {
                JobRescued(job.Id, job.Kind, job.Worker, job.State, job.Reason);
            }
            else
            {
                JobEndedByRescue(job.Id, job.Kind, job.Worker, job.State, job.Reason);
            }
        }

        dispatch.AnnounceChanges([.. rescued.Select(job => job.Id)]);
        if (rescued.Where(job => job.State is JobState.Available).ToList() is { Count: > 0 } available)
        {
            dispatch.PushFront([.. available.Select(job => new DispatchedJob(job.Id, new JobList(job.Queue, job.Kind, job.Version), job.Priority, job.IsLimited))]);
        }

        foreach (var kind in rescued.Where(job => job.IsLimited && job.State is not JobState.Available).Select(job => job.Kind).Distinct(StringComparer.Ordinal))
        {
            // A place is free; those who are available have told it already.
            dispatch.NudgeFor(kind);
        }

        return rescued.Count;
    }

    /// <summary>Returns after the commit: followers that are told before it would look too early.</summary>
    private async Task<List<RescuedJob>> TakeAsync(IReadOnlyCollection<long> stranded, IReadOnlyCollection<long> broken, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.Rescue);
        // Nothing is judged by what was true a lease ago.
        command.CommandTimeout = (int)Math.Ceiling(options.Value.LeaseDuration.TotalSeconds / 2);
        command.Parameters.Add(new("stranded_tokens", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = stranded.ToArray() });
        command.Parameters.Add(new("broken_tokens", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = broken.ToArray() });
        command.Parameters.Add(new("worker", worker.Id));
        command.Parameters.Add(new("lease", options.Value.LeaseDuration));
        command.Parameters.Add(new("max_deaths", options.Value.MaxDeaths));
        command.Parameters.Add(new("first_pause", FirstPause));
        command.Parameters.Add(new("limit", BatchSize));
        command.Parameters.Add(new("error_type", typeof(JobLeaseLostException).FullName!));
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
                reader.GetString(7),
                reader.GetInt32(8)));
        }

        // The commit's own failure arrives with this.
        await reader.NextResultAsync(cancellationToken);
        return rescued;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} ({JobKind}) was taken back from worker {Worker} and is {State}. {Reason}")]
    private partial void JobRescued(Guid jobId, string jobKind, string worker, JobState state, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} ({JobKind}) was taken back from worker {Worker} and is not run again: it is {State}. {Reason}")]
    private partial void JobEndedByRescue(Guid jobId, string jobKind, string worker, JobState state, string reason);

    private sealed record RescuedJob(Guid Id, string Kind, string Queue, int Priority, JobState State, string Worker, bool IsLimited, string Reason, int Version);
}
