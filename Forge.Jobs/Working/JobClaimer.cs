using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Makes this worker the owner of jobs. Redis says which ids are worth asking for; Postgres alone decides.</summary>
internal sealed partial class JobClaimer(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerIdentity worker,
    WorkerScope scope,
    WorkerLease lease,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<JobClaimer> logger)
{
    /// <summary>While the lists fill every claim, a poll gets one part in this many of it, and no more than <see cref="MostPolled"/>: what it takes stays on the lists, where it costs a look.</summary>
    private const int PolledShare = 4;
    private const int MostPolled = 100;

    /// <summary>So often in a row ids that bring nothing make this worker ask for the next ones.</summary>
    private const int MostStaleTakes = 20;

    private readonly FairTurn _turn = new();
    private long _lastPoll = time.GetTimestamp();
    private bool _pollAgain;
    private bool _isPollForLongestWaiting;

    /// <summary>Claims up to <paramref name="limit"/> jobs of kinds without a limit.</summary>
    /// <remarks>
    /// Dying after the ids were taken and before the update commits: the jobs stay available, unknown to Redis, and the fallback poll finds them.
    /// Dying after the commit: the jobs are "running" under this worker's lease, which nobody renews, and are rescued.
    /// An answer lost on the way is the same to this process; its heartbeat notices jobs that it holds and does not run.
    /// </remarks>
    public async Task<List<ClaimedJob>> ClaimAsync(int limit, CancellationToken cancellationToken)
    {
        if (!lease.IsHeld)
        {
            // Postgres would give nothing for the ids, and the lists would have lost them.
            return [];
        }

        var isPollDue = time.GetElapsedTime(_lastPoll) >= options.Value.FallbackPollInterval;
        // Also while the lists fill every claim: ids that Redis lost would wait until all that it knows is done.
        var idLimit = isPollDue ? limit - Math.Clamp(limit / PolledShare, 1, MostPolled) : limit;
        var (ids, claimed) = await ClaimListedAsync(idLimit, cancellationToken);
        if (isPollDue || ids is null || (_pollAgain && ids < idLimit))
        {
            // Beside full lists it is to find what they lack: the most urgent and what has waited longest, in turn.
            var isFull = ids == idLimit && idLimit > 0;
            _isPollForLongestWaiting = isFull ? !_isPollForLongestWaiting : _turn.IsDue;
            claimed.AddRange(await PollAsync(limit - claimed.Count, claimed.Count > 0, cancellationToken));
        }

        _turn.Claimed(claimed.Count);
        dispatch.AnnounceChanges([.. claimed.Select(job => job.Id)]);
        return claimed;
    }

    /// <summary>Claims what the lists name. Says how many ids that was, null when Redis does not answer: others may have taken the jobs, or a poll.</summary>
    private async Task<(int? Ids, List<ClaimedJob> Claimed)> ClaimListedAsync(int limit, CancellationToken cancellationToken)
    {
        if (limit == 0)
        {
            return (0, []);
        }

        for (var take = 1; ; take++)
        {
            if (await dispatch.TakeAsync(scope.OpenQueues, limit, _turn.IsDue) is not { } ids)
            {
                return (null, []);
            }

            var claimed = ids.Count > 0 ? await ClaimIdsAsync(ids, cancellationToken) : [];
            // A full take that brings nothing says nothing about the ids behind it.
            if (claimed.Count > 0 || ids.Count < limit || take == MostStaleTakes)
            {
                return (ids.Count, claimed);
            }
        }
    }

    private Task<List<ClaimedJob>> ClaimIdsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        ClaimAsync(JobSql.ClaimIds, command => command.AddArray("ids", NpgsqlDbType.Uuid, ids, id => id), cancellationToken);

    /// <summary>Claims past Redis.</summary>
    private async Task<List<ClaimedJob>> PollAsync(int limit, bool hasClaimed, CancellationToken cancellationToken)
    {
        _lastPoll = time.GetTimestamp();
        try
        {
            var polled = await ClaimAsync(JobSql.ClaimOldest, AddParameters, cancellationToken);
            // A full batch past Redis means that Redis lost a list: go on here until the sweep has filled it again.
            _pollAgain = polled.Count == limit;
            return polled;
        }
        catch (NpgsqlException exception) when (hasClaimed)
        {
            // What the lists brought is claimed and must run.
            PollFailed(exception);
            return [];
        }

        void AddParameters(NpgsqlCommand command)
        {
            command.Parameters.Add(new("queues", scope.OpenQueues.ToArray()));
            command.Parameters.Add(new("limit", limit));
            command.Parameters.Add(new("longest_waiting_first", _isPollForLongestWaiting));
        }
    }

    private async Task<List<ClaimedJob>> ClaimAsync(string sql, Action<NpgsqlCommand> addParameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new("worker", worker.Id));
        scope.Unlimited.AddTo(command);
        addParameters(command);
        await command.PrepareAsync(cancellationToken);
        var claimed = new List<ClaimedJob>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(ClaimedJobRow.Read(reader));
        }

        claimed.Sort(ClaimedJobRow.Order);
        return claimed;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for jobs past Redis failed; the next poll tries again.")]
    private partial void PollFailed(Exception exception);
}
