using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Claims past Redis, beside the claims by the lists: what Redis lost, and everything while it is away.</summary>
/// <remarks>A poll may take seconds, when a long transaction keeps dead entries at the heads of the lists. So nobody waits for one, and those that bring little get a small share of the time.</remarks>
internal sealed class JobPoller(
    NpgsqlDataSource dataSource,
    WorkerIdentity worker,
    WorkerScope scope,
    IOptions<JobWorkerOptions> options,
    TimeProvider time)
{
    /// <summary>A poll that brings less than it may take gets one part in this many of the time.</summary>
    private const int Share = 50;

    private readonly TimeSpan _interval = options.Value.FallbackPollInterval;
    private long _ended = time.GetTimestamp();
    private TimeSpan _pause = options.Value.FallbackPollInterval;
    private bool _isFruitful;
    private volatile bool _isPolling;

    /// <summary>How long until the next poll is due, counted from the end of the last one.</summary>
    public TimeSpan UntilDue => _isPolling ? _interval : _pause - time.GetElapsedTime(Volatile.Read(ref _ended)) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>True after a poll that brought all it could: Redis lost a list, and there is more until the sweep has filled it again.</summary>
    public bool IsFruitful => Volatile.Read(ref _isFruitful);

    /// <summary>Claims up to <paramref name="limit"/> jobs, of kinds without a limit, that Postgres knows.</summary>
    public async Task<List<ClaimedJob>> PollAsync(int limit, bool longestWaitingFirst, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        _isPolling = true;
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(JobSql.ClaimOldest, connection);
            command.Parameters.Add(new("worker", worker.Id));
            scope.Unlimited.AddTo(command);
            command.Parameters.Add(new("queues", scope.OpenQueues));
            command.Parameters.Add(new("limit", limit));
            command.Parameters.Add(new("longest_waiting_first", longestWaitingFirst));
            var claimed = await ClaimedJobRow.ReadAllAsync(command, cancellationToken);
            Volatile.Write(ref _isFruitful, claimed.Count == limit);
            return claimed;
        }
        finally
        {
            var took = time.GetElapsedTime(begun) * Share;
            _pause = took > _interval ? took : _interval;
            Volatile.Write(ref _ended, time.GetTimestamp());
            _isPolling = false;
        }
    }
}
