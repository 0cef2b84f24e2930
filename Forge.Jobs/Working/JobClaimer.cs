using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Makes this worker the owner of jobs. Redis says which ids are worth asking for; Postgres alone decides.</summary>
internal sealed partial class JobClaimer(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    JobPoller poller,
    WorkerIdentity worker,
    WorkerScope scope,
    WorkerLease lease,
    ILogger<JobClaimer> logger)
{
    /// <summary>While the lists fill every claim, a poll gets one part in this many of it, and no more than <see cref="MostPolled"/>: what it takes stays on the lists, where it costs a look.</summary>
    private const int PolledShare = 4;
    private const int MostPolled = 100;

    /// <summary>A take of which less than half is claimed is followed by one of this many times the size: stale ids come in heaps, and are cheap by the thousand.</summary>
    private const int Growth = 8;
    private const int LargestTake = 5_000;

    /// <summary>So many takes are one claim at most: in between others look whether this worker is to stop or to pause.</summary>
    private const int MostTakes = 20;

    private readonly FairTurn _turn = new();
    private bool _isPollForLongestWaiting;

    /// <summary>How many jobs a poll may claim now, beside the last claim; 0 when none is called for.</summary>
    public int PollRoom { get; private set; }

    /// <summary>True when the last claim ended among stale ids, and the next one should follow at once.</summary>
    public bool IsAmongStale { get; private set; }

    /// <summary>How long until a poll is called for whatever the lists hold. Without a lease none is.</summary>
    public TimeSpan UntilPoll => lease.IsHeld ? poller.UntilDue : TimeSpan.MaxValue;

    /// <summary>Claims up to <paramref name="limit"/> jobs of kinds without a limit by the lists, and says by <see cref="PollRoom"/> whether a poll should follow.</summary>
    /// <remarks>
    /// Dying after the ids were taken and before the update commits: the jobs stay available, unknown to Redis, and the fallback poll finds them.
    /// Dying after the commit: the jobs are "running" under this worker's lease, which nobody renews, and are rescued.
    /// An answer lost on the way is the same to this process; its heartbeat notices jobs that it holds and does not run.
    /// </remarks>
    public async Task<List<ClaimedJob>> ClaimAsync(int limit, CancellationToken cancellationToken)
    {
        (PollRoom, IsAmongStale) = (0, false);
        if (!lease.IsHeld)
        {
            // Postgres would give nothing for the ids, and the lists would have lost them.
            return [];
        }

        var isPollDue = poller.UntilDue == TimeSpan.Zero;
        // Also while the lists fill every claim: ids that Redis lost would wait until all that it knows is done.
        var listLimit = isPollDue ? limit - Math.Clamp(limit / PolledShare, 1, MostPolled) : limit;
        var (isAnswered, isFull, claimed) = await ClaimListedAsync(listLimit, cancellationToken);
        // A list that Redis refuses to fill is empty, whatever waits.
        if (isPollDue || !isAnswered || (!isFull && (poller.IsFruitful || dispatch.Problem is not null)))
        {
            PollRoom = limit - claimed.Count;
            // Beside full lists it is to find what they lack: the most urgent and what has waited longest, in turn.
            _isPollForLongestWaiting = isFull && listLimit > 0 ? !_isPollForLongestWaiting : _turn.IsDue;
        }

        Claimed(claimed);
        return claimed;
    }

    /// <summary>Claims what waits in Postgres, whether Redis knows it or not.</summary>
    public async Task<List<ClaimedJob>> PollAsync(int limit, CancellationToken cancellationToken)
    {
        var claimed = lease.IsHeld ? await poller.PollAsync(limit, _isPollForLongestWaiting, cancellationToken) : [];
        Claimed(claimed);
        return claimed;
    }

    private void Claimed(List<ClaimedJob> claimed)
    {
        _turn.Claimed(claimed.Count);
        dispatch.AnnounceChanges([.. claimed.Select(job => job.Id)]);
    }

    /// <summary>Claims what the lists name. Says whether Redis answered, and whether the lists hold more.</summary>
    private async Task<(bool IsAnswered, bool IsFull, List<ClaimedJob> Claimed)> ClaimListedAsync(int limit, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedJob>();
        if (limit == 0)
        {
            return (true, false, claimed);
        }

        for (var (take, size) = (1, limit); ; take++, size = Math.Min(size * Growth, Math.Max(LargestTake, limit)))
        {
            if (await dispatch.TakeAsync(scope.OpenLists, size, _turn.IsDue) is not { } ids)
            {
                return (false, false, claimed);
            }

            try
            {
                var room = limit - claimed.Count;
                var wanted = ids.Count > room ? await FindWaitingAsync(ids, room, cancellationToken) : ids;
                claimed.AddRange(wanted.Count > 0 ? await ClaimIdsAsync(wanted, cancellationToken) : []);
            }
            catch (Exception exception) when (claimed.Count > 0)
            {
                // What the takes before have brought is claimed and must run.
                TakeLost(exception, ids.Count);
                return (true, true, claimed);
            }

            if (ids.Count < size)
            {
                return (true, false, claimed);
            }

            if (claimed.Count >= limit / 2 && claimed.Count > 0)
            {
                return (true, true, claimed);
            }

            if (take == MostTakes)
            {
                IsAmongStale = true;
                return (true, true, claimed);
            }
        }
    }

    /// <summary>Drops the ids whose jobs do not wait for this worker, all in one look, and puts back on the lists what is more than <paramref name="limit"/>.</summary>
    /// <remarks>Dying before they are back: the jobs are available, unknown to Redis, and the fallback poll and the sweep find them.</remarks>
    private async Task<IReadOnlyCollection<Guid>> FindWaitingAsync(IReadOnlyCollection<Guid> ids, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.WaitingOf);
        scope.Unlimited.AddTo(command);
        command.AddArray("ids", NpgsqlDbType.Uuid, ids, id => id);
        var waiting = await DispatchedJobRow.ReadAllAsync(command, cancellationToken);
        if (waiting.Count > limit)
        {
            dispatch.PutBack(waiting.Skip(limit));
        }

        return [.. waiting.Take(limit).Select(job => job.Id)];
    }

    private async Task<List<ClaimedJob>> ClaimIdsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(JobSql.ClaimIds, connection);
        command.Parameters.Add(new("worker", worker.Id));
        scope.Unlimited.AddTo(command);
        command.AddArray("ids", NpgsqlDbType.Uuid, ids, id => id);
        return await ClaimedJobRow.ReadAllAsync(command, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claiming {Count} ids that were taken off the lists failed; a poll or a sweep finds those whose jobs wait.")]
    private partial void TakeLost(Exception exception, int count);
}
