using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Puts available jobs back on Redis' lists when the lists hold fewer ids than Postgres has jobs, and takes the figures that health and metrics show.</summary>
/// <remarks>The oldest go first, since lists lose their front. Ids that are on a list already are then there twice, which only costs a look: Postgres decides who owns a job.</remarks>
internal sealed class JobSweeper(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerScope scope,
    WorkerActivity activity,
    JobReader reader,
    JobMetrics metrics,
    IOptions<JobWorkerOptions> options) : IMaintenance
{
    private const int BatchSize = 1_000;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var waiting = await CountAsync(cancellationToken);
        activity.Parked = [.. waiting
            .Where(jobs => !scope.CanRun(jobs.Kind, jobs.Version))
            .GroupBy(jobs => (jobs.Kind, jobs.Version), (key, jobs) => new ParkedJobs(key.Kind, key.Version, jobs.Sum(job => job.Count)))];
        metrics.Observed(await reader.GetQueuesAsync(cancellationToken));

        var open = scope.OpenQueues;
        foreach (var list in waiting.Where(jobs => scope.CanRun(jobs.Kind, jobs.Version) && open.Contains(jobs.Queue)).GroupBy(jobs => (jobs.Queue, jobs.Priority)))
        {
            if (await dispatch.CountAsync(list.Key.Queue, list.Key.Priority) < list.Sum(jobs => jobs.Count))
            {
                dispatch.Push(await OldestAsync(list.Key.Queue, list.Key.Priority, cancellationToken));
            }
        }
    }

    private async Task<List<WaitingJobs>> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.WaitingCounts);
        command.Parameters.Add(new("queues", scope.Queues));
        command.Parameters.Add(new("age", options.Value.SweepInterval / 2));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = new List<WaitingJobs>();
        while (await rows.ReadAsync(cancellationToken))
        {
            waiting.Add(new WaitingJobs(rows.GetString(0), rows.GetInt16(1), rows.GetString(2), rows.GetInt32(3), rows.GetInt64(4)));
        }

        return waiting;
    }

    private async Task<List<DispatchedJob>> OldestAsync(string queue, int priority, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.WaitingIds);
        command.Parameters.Add(new("queue", queue));
        command.Parameters.Add(new("priority", (short)priority));
        command.Parameters.Add(new("kinds", scope.Kinds));
        command.Parameters.Add(new("lowest_versions", scope.LowestVersions));
        command.Parameters.Add(new("versions", scope.Versions));
        command.Parameters.Add(new("limit", BatchSize));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var oldest = new List<DispatchedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            oldest.Add(new DispatchedJob(rows.GetGuid(0), queue, priority));
        }

        return oldest;
    }

    private sealed record WaitingJobs(string Queue, int Priority, string Kind, int Version, long Count);
}
