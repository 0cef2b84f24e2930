using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Gives jobs back that were claimed and not started: they use up no attempt, and are the first in their lists again.</summary>
/// <remarks>
/// Dying before the commit: they are "running" under a lease that nobody renews, and are rescued. Dying after it: they are available,
/// and Redis does not know; the fallback poll and the sweep find them. One that somebody asked to cancel is cancelled instead.
/// </remarks>
internal sealed class JobHandBack(NpgsqlDataSource dataSource, JobDispatch dispatch, WorkerScope scope, JobBuffer buffer)
{
    /// <summary>Gives back jobs that were taken out of the buffer. Where that fails they are in the buffer again, and start only after a heartbeat has said that they are still held.</summary>
    public Task ReturnAsync(IReadOnlyCollection<ClaimedJob> jobs, CancellationToken cancellationToken) => ReturnAsync(jobs, null, cancellationToken);

    /// <summary>Gives jobs back as <see cref="ReturnAsync(IReadOnlyCollection{ClaimedJob}, CancellationToken)"/> does, for a run after a pause.</summary>
    public Task PostponeAsync(IReadOnlyCollection<ClaimedJob> jobs, TimeSpan pause, CancellationToken cancellationToken) => ReturnAsync(jobs, pause, cancellationToken);

    private async Task ReturnAsync(IReadOnlyCollection<ClaimedJob> jobs, TimeSpan? pause, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        HashSet<Guid> available;
        try
        {
            available = await ReleaseAsync(jobs, pause, cancellationToken);
        }
        catch (Exception)
        {
            // It may have been committed all the same: then others have the jobs by now.
            buffer.AddUncertain(jobs);
            throw;
        }

        dispatch.PushFront([.. jobs.Where(job => available.Contains(job.Id)).Select(job => new DispatchedJob(job, scope.LimitedKindOf(job) is not null))]);
        dispatch.AnnounceChanges([.. jobs.Select(job => job.Id)]);
    }

    private async Task<HashSet<Guid>> ReleaseAsync(IReadOnlyCollection<ClaimedJob> jobs, TimeSpan? pause, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.HandBack);
        command.AddArray("ids", NpgsqlDbType.Uuid, jobs, job => job.Id);
        command.AddArray("lease_tokens", NpgsqlDbType.Bigint, jobs, job => job.LeaseToken);
        command.Parameters.Add(new("pause", NpgsqlDbType.Interval) { Value = (object?)pause ?? DBNull.Value });
        var available = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetBoolean(1))
            {
                available.Add(reader.GetGuid(0));
            }
        }

        return available;
    }
}
