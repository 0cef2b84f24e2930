using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Puts available jobs back on Redis' lists when the lists hold fewer ids than Postgres has jobs, and takes the figures that health and metrics show.</summary>
/// <remarks>The oldest go first, since lists lose their front. Ids that are on a list already are then there twice, which only costs a look: Postgres decides who owns a job.</remarks>
internal sealed class JobSweeper(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerScope scope,
    LimitedKinds limited,
    WorkerActivity activity,
    JobMetrics metrics,
    IOptions<JobWorkerOptions> options) : IMaintenance
{
    private const int BatchSize = 1_000;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // Before the look into Postgres: what is taken off a list in between must not look as if the list had lost it.
        var listed = await CountListedAsync();
        var waiting = await CountAsync(cancellationToken);
        activity.Parked = [.. waiting
            .Where(jobs => jobs.SinceAWhile > 0 && !scope.CanRun(jobs.Kind, jobs.Version))
            .GroupBy(jobs => (jobs.Kind, jobs.Version), (key, jobs) => new ParkedJobs(key.Kind, key.Version, jobs.Sum(job => job.Count)))];
        metrics.Observed([.. scope.Queues.Select(queue => WaitingIn(queue, waiting))]);
        await MarkLimitedAsync(waiting, cancellationToken);

        foreach (var list in waiting.Where(IsOnAList).GroupBy(jobs => (jobs.Queue, jobs.Priority)))
        {
            if (listed.TryGetValue(list.Key, out var count) && count < list.Sum(jobs => jobs.SinceAWhile))
            {
                dispatch.Push(await OldestAsync(list.Key.Queue, list.Key.Priority, cancellationToken));
            }
        }
    }

    private bool IsOnAList(WaitingJobs jobs) =>
        scope.CanRun(jobs.Kind, jobs.Version) && !scope.OptionsOf(jobs.Kind).IsLimited && scope.OpenQueues.Contains(jobs.Queue);

    private static WaitingFigures WaitingIn(string queue, IEnumerable<WaitingJobs> waiting)
    {
        var here = waiting.Where(jobs => jobs.Queue == queue).ToList();
        return new WaitingFigures(queue, here.Sum(jobs => jobs.Count), here.Select(jobs => jobs.OldestAge).DefaultIfEmpty().Max());
    }

    private async Task<Dictionary<(string Queue, int Priority), long>> CountListedAsync()
    {
        var listed = new Dictionary<(string, int), long>();
        foreach (var (list, count) in await dispatch.CountAsync(scope.OpenQueues))
        {
            listed[list] = count;
        }

        return listed;
    }

    /// <summary>Jobs that were enqueued before their kind had a limit become limited like the others.</summary>
    private async Task MarkLimitedAsync(IEnumerable<WaitingJobs> waiting, CancellationToken cancellationToken)
    {
        var unmarked = waiting.Where(jobs => !jobs.IsLimited).Select(jobs => jobs.Kind).Intersect(limited.All.Select(kind => kind.Kind.Name), StringComparer.Ordinal).ToArray();
        if (unmarked.Length == 0)
        {
            return;
        }

        await using var command = dataSource.CreateCommand(JobSql.MarkLimited);
        command.Parameters.Add(new("kinds", unmarked));
        await command.ExecuteNonQueryAsync(cancellationToken);
        foreach (var kind in unmarked)
        {
            dispatch.NudgeFor(kind);
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
            waiting.Add(new WaitingJobs(
                rows.GetString(0), rows.GetInt16(1), rows.GetString(2), rows.GetInt32(3), rows.GetBoolean(4), rows.GetInt64(5), rows.GetInt64(6), rows.GetTimeSpan(7)));
        }

        return waiting;
    }

    private async Task<List<DispatchedJob>> OldestAsync(string queue, int priority, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.WaitingIds);
        command.Parameters.Add(new("queue", queue));
        command.Parameters.Add(new("priority", (short)priority));
        scope.Unlimited.AddTo(command);
        command.Parameters.Add(new("limit", BatchSize));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var oldest = new List<DispatchedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            oldest.Add(new DispatchedJob(rows.GetGuid(0), queue, priority));
        }

        return oldest;
    }

    private sealed record WaitingJobs(string Queue, int Priority, string Kind, int Version, bool IsLimited, long Count, long SinceAWhile, TimeSpan OldestAge);
}
