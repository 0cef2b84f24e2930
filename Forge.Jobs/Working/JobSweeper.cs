using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Puts available jobs back on Redis' lists when these lack the ids that have waited longest, and takes the figures that health and metrics show.</summary>
/// <remarks>
/// It looks at so many ids, however many wait. What a list lacks comes to its front, where the next look finds it. An id may be on its list twice then, which costs a look:
/// Postgres decides who owns a job.
/// </remarks>
internal sealed class JobSweeper(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerScope scope,
    LimitedKinds limited,
    LimitedJobClaimer limitedClaimer,
    WorkerActivity activity,
    JobMetrics metrics,
    IOptions<JobWorkerOptions> options,
    TimeProvider time) : IMaintenance
{
    /// <summary>So many ids are looked at, shared out among the lists that hold any.</summary>
    private const int Looked = 1_000;

    /// <summary>So many ids of a list that lacks some are put on it at once.</summary>
    private const int BatchSize = 1_000;

    /// <summary>So many times what was read from Postgres is looked through in Redis: there the order is that of the pushes, and stale ids are among them.</summary>
    private const int Depth = 2;

    /// <summary>The looks take longer where a long transaction keeps dead entries at the heads of the lists: they get one part in this many of the time.</summary>
    private const int Share = 200;

    private readonly TimeSpan _waited = options.Value.SweepInterval / 2;
    private readonly TimeShare _share = new(TimeSpan.Zero, Share, time);

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (_share.UntilDue > TimeSpan.Zero)
        {
            return;
        }

        var begun = time.GetTimestamp();
        await limitedClaimer.MarkRunningAsync(limited.All, cancellationToken);
        var heads = await ReadHeadsAsync(cancellationToken);
        await TakeFiguresAsync(cancellationToken);
        _share.EndedSince(begun);
        await FillListsAsync(heads, cancellationToken);
    }

    private async Task FillListsAsync(IReadOnlyCollection<DispatchedJob> heads, CancellationToken cancellationToken)
    {
        foreach (var head in heads.GroupBy(job => (job.List, job.Priority)))
        {
            var (list, priority) = head.Key;
            if (await dispatch.PeekAsync(list, priority, head.Count() * Depth) is not { } listed)
            {
                return;
            }

            if (head.All(job => listed.Contains(job.Id)) || await dispatch.PeekAsync(list, priority, BatchSize * Depth) is not { } first)
            {
                continue;
            }

            // Redis before Postgres: what workers have taken off the list since the first look is not read here any more.
            var missing = (await ReadOldestAsync(list, priority, cancellationToken)).Where(job => !first.Contains(job.Id)).ToList();
            if (missing.Count > 0)
            {
                dispatch.PushFront(missing);
            }
        }
    }

    private async Task TakeFiguresAsync(CancellationToken cancellationToken)
    {
        var waiting = await WaitingJobs.ReadAsync(dataSource, dispatch, scope.Queues, cancellationToken);
        activity.Parked = [.. waiting
            .Where(jobs => jobs.OldestAge > _waited && !scope.CanRun(jobs.List.Kind, jobs.List.Version))
            .GroupBy(jobs => (jobs.List.Kind, jobs.List.Version), (key, jobs) => new ParkedJobs(key.Kind, key.Version, jobs.Sum(job => job.Count)))];
        metrics.Observed([.. scope.Queues.Select(queue => WaitingIn(queue, waiting))]);
    }

    private static WaitingFigures WaitingIn(string queue, IEnumerable<WaitingJobs> waiting)
    {
        var here = waiting.Where(jobs => jobs.List.Queue == queue).ToList();
        return new WaitingFigures(queue, here.Sum(jobs => jobs.Count), here.Select(jobs => jobs.OldestAge).DefaultIfEmpty().Max());
    }

    private async Task<List<DispatchedJob>> ReadHeadsAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.WaitingHeads);
        command.Parameters.Add(new("queues", scope.OpenQueues));
        command.Parameters.Add(new("age", _waited));
        command.Parameters.Add(new("limit", (long)Looked));
        scope.Unlimited.AddTo(command);
        return await DispatchedJobRow.ReadAllAsync(command, cancellationToken);
    }

    private async Task<List<DispatchedJob>> ReadOldestAsync(JobList list, int priority, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.WaitingIds);
        command.Parameters.Add(new("kind", list.Kind));
        command.Parameters.Add(new("version", list.Version));
        command.Parameters.Add(new("queue", list.Queue));
        command.Parameters.Add(new("priority", (short)priority));
        command.Parameters.Add(new("limit", BatchSize));
        return await DispatchedJobRow.ReadAllAsync(command, cancellationToken);
    }
}
