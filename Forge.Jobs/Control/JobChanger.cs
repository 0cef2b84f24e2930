using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Changes jobs whose state admits an action, and tells everybody who must know once that is committed. One job and many go the same way.</summary>
internal sealed class JobChanger(NpgsqlDataSource dataSource, JobDispatch dispatch)
{
    // One look by the key for each: for many ids at once the planner may read a table of ordinary size as a whole.
    private const string LockFree =
        """
        select job.id
        from unnest(@ids) as wanted (id)
        cross join lateral (select j.id from jobs.job j where j.id = wanted.id limit 1 for update skip locked) as job
        """;

    /// <summary>Changes one job, and waits where another transaction has it in hand.</summary>
    /// <returns>The state that it has now, or had when it was deleted; null when its state does not admit the action.</returns>
    public async Task<JobState?> ChangeAsync(JobAction action, Guid id, IReadOnlyList<JobState> states, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var changed = await ExecuteAsync(action, [id], states, connection, cancellationToken);
        Announce(action, changed);
        return changed is [var (_, state)] ? state : null;
    }

    /// <summary>Changes many jobs in one transaction.</summary>
    /// <returns>How many, and the ids that other transactions have in hand: to wait for them while the others are locked could end in a deadlock.</returns>
    public async Task<(int Changed, IReadOnlyList<Guid> Busy)> ChangeAsync(
        JobAction action, IReadOnlyCollection<Guid> ids, IReadOnlyList<JobState> states, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var locked = new HashSet<Guid>();
        await using (var command = new NpgsqlCommand(LockFree, connection, transaction))
        {
            command.AddArray("ids", NpgsqlDbType.Uuid, ids, id => id);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                locked.Add(reader.GetGuid(0));
            }
        }

        var changed = await ExecuteAsync(action, [.. locked], states, connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Announce(action, changed);
        return (changed.Count, [.. ids.Where(id => !locked.Contains(id))]);
    }

    private static async Task<List<(DispatchedJob Job, JobState State)>> ExecuteAsync(
        JobAction action, Guid[] ids, IReadOnlyList<JobState> states, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlOf(action), connection);
        command.AddArray("ids", NpgsqlDbType.Uuid, ids, id => id);
        command.AddArray("states", NpgsqlDbType.Text, states, state => state.ToName());
        var changed = new List<(DispatchedJob, JobState)>(ids.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            changed.Add((DispatchedJobRow.Read(reader), JobStateExtensions.Parse(reader.GetString(6))));
        }

        return changed;
    }

    private static string SqlOf(JobAction action) => action switch
    {
        JobAction.Retry => JobSql.RetryJobs,
        JobAction.Cancel => JobSql.CancelJobs,
        JobAction.Delete => JobSql.DeleteJobs,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, null),
    };

    private void Announce(JobAction action, IReadOnlyCollection<(DispatchedJob Job, JobState State)> changed)
    {
        if (action is JobAction.Retry)
        {
            dispatch.Push([.. changed.Select(change => change.Job)]);
        }

        foreach (var (job, _) in changed.Where(change => change.State is JobState.Running))
        {
            // If nobody hears it, the worker's next heartbeat does.
            dispatch.AnnounceCancel(job.Id);
        }

        dispatch.AnnounceChanges([.. changed.Select(change => change.Job.Id)]);
    }
}
