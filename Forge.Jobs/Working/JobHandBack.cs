using Npgsql;

namespace Forge.Jobs;

/// <summary>Gives jobs back that were claimed and not started: they use up no attempt, and are the first in their lists again.</summary>
/// <remarks>
/// Dying before the commit: they are "running" under a lease that nobody renews, and are rescued, which uses up the attempt. Dying after it: they are available,
/// and Redis does not know; the fallback poll and the sweep find them. One that somebody asked to cancel is cancelled instead.
/// </remarks>
internal sealed class JobHandBack(NpgsqlDataSource dataSource, JobDispatch dispatch, WorkerScope scope)
{
    public async Task ReturnAsync(IReadOnlyCollection<ClaimedJob> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        await using var command = dataSource.CreateCommand(JobSql.HandBack);
        command.Parameters.Add(new("ids", jobs.Select(job => job.Id).ToArray()));
        command.Parameters.Add(new("lease_tokens", jobs.Select(job => job.LeaseToken).ToArray()));
        var available = new HashSet<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                if (reader.GetBoolean(1))
                {
                    available.Add(reader.GetGuid(0));
                }
            }
        }

        dispatch.PushFront([.. jobs.Where(job => available.Contains(job.Id)).Select(job => new DispatchedJob(job.Id, job.Queue, job.Priority, scope.LimitedKindOf(job)))]);
        dispatch.AnnounceChanges([.. jobs.Select(job => job.Id)]);
    }
}
