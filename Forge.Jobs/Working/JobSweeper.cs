using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Puts available jobs back on Redis' lists when the lists hold fewer ids than Postgres has jobs, and takes the figures that health and metrics show.</summary>
/// <remarks>The oldest go first, since lists lose their front. Ids that are on a list already are then there twice, which only costs a look: Postgres decides who owns a job.</remarks>
internal sealed class JobSweeper(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerScope scope,
    LimitedJobClaimer limitedClaimer,
    WorkerActivity activity,
    JobMetrics metrics,
    IOptions<JobWorkerOptions> options,
    TimeProvider time) : IMaintenance
{
    private const int BatchSize = 1_000;

    /// <summary>Counting takes the longer the more jobs wait, also those that nobody may claim: it gets one part in this many of the time.</summary>
    private const int CountingShare = 200;

    private long _countedAt;
    private TimeSpan _countingTook;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await limitedClaimer.MarkRunningAsync(cancellationToken);
        await FillListsAsync(cancellationToken);
        if (time.GetElapsedTime(_countedAt) >= _countingTook * CountingShare)
        {
            _countedAt = time.GetTimestamp();
            await TakeFiguresAsync(cancellationToken);
            _countingTook = time.GetElapsedTime(_countedAt);
        }
    }

    private async Task FillListsAsync(CancellationToken cancellationToken)
    {
        // Before the look into Postgres: what is taken off a list in between must not look as if the list had lost it.
        var listed = await CountListedAsync();
        if (listed.Count == 0)
        {
            return;
        }

        foreach (var (list, waiting) in await CountWaitingAsync(cancellationToken))
        {
            if (listed.TryGetValue(list, out var count) && count < waiting)
            {
                dispatch.Push(await OldestAsync(list.Queue, list.Priority, cancellationToken));
            }
        }
    }

    private async Task TakeFiguresAsync(CancellationToken cancellationToken)
    {
        var waiting = await CountAsync(cancellationToken);
        activity.Parked = [.. waiting
            .Where(jobs => jobs.SinceAWhile > 0 && !scope.CanRun(jobs.Kind, jobs.Version))
            .GroupBy(jobs => (jobs.Kind, jobs.Version), (key, jobs) => new ParkedJobs(key.Kind, key.Version, jobs.Sum(job => job.Count)))];
        metrics.Observed([.. scope.Queues.Select(queue => WaitingIn(queue, waiting))]);
    }

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

    private async Task<List<((string Queue, int Priority) List, long Count)>> CountWaitingAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.WaitingLists);
        command.Parameters.Add(new("queues", scope.OpenQueues.ToArray()));
        command.Parameters.Add(new("age", options.Value.SweepInterval / 2));
        scope.Unlimited.AddTo(command);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = new List<((string, int), long)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            waiting.Add(((rows.GetString(0), rows.GetInt16(1)), rows.GetInt64(2)));
        }

        return waiting;
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
            waiting.Add(new WaitingJobs(rows.GetString(0), rows.GetString(1), rows.GetInt32(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetTimeSpan(5)));
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

    private sealed record WaitingJobs(string Queue, string Kind, int Version, long Count, long SinceAWhile, TimeSpan OldestAge);
}
