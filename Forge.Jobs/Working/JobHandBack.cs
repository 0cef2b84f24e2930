using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Gives jobs back that were claimed and not started: they use up no attempt, and are the first in their lists again.</summary>
/// <remarks>
/// Dying before the commit: they are "running" under a lease that nobody renews, and are rescued, which uses up the attempt. Dying after it: they are available,
/// and Redis does not know; the fallback poll and the sweep find them. One that somebody asked to cancel is cancelled instead.
/// </remarks>
internal sealed class JobHandBack(NpgsqlDataSource dataSource, JobDispatch dispatch, WorkerScope scope, JobBuffer buffer)
{
    /// <summary>Gives back jobs that were taken out of the buffer. Where that fails they are in the buffer again.</summary>
    public async Task ReturnAsync(IReadOnlyCollection<ClaimedJob> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        HashSet<Guid> available;
        try
        {
            available = await ReleaseAsync(jobs, cancellationToken);
        }
        catch (Exception)
        {
            buffer.Add(jobs);
            throw;
        }

        dispatch.Push([.. jobs.Where(job => available.Contains(job.Id)).Select(job => new DispatchedJob(job, scope.LimitedKindOf(job) is not null))]);
        dispatch.AnnounceChanges([.. jobs.Select(job => job.Id)]);
    }

    private async Task<HashSet<Guid>> ReleaseAsync(IReadOnlyCollection<ClaimedJob> jobs, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.HandBack);
        command.AddArray("ids", NpgsqlDbType.Uuid, jobs, job => job.Id);
        command.AddArray("lease_tokens", NpgsqlDbType.Bigint, jobs, job => job.LeaseToken);
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
