using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Claims past Redis, beside the claims by the lists: what Redis lost, and everything while it is away.</summary>
/// <remarks>A poll may take seconds, when a long transaction keeps dead entries at the heads of the lists. So no claim waits for one, and those that bring little get a small share of the time.</remarks>
internal sealed class JobPoller(
    NpgsqlDataSource dataSource,
    WorkerIdentity worker,
    WorkerScope scope,
    IOptions<JobWorkerOptions> options,
    TimeProvider time)
{
    /// <summary>A poll that brings less than it may take gets one part in this many of the time.</summary>
    private const int Share = 50;

    /// <summary>So many jobs are looked for beside each that may be claimed, since other workers look for the same ones.</summary>
    private const int FoundPerPlace = 4;

    private readonly TimeSpan _interval = options.Value.FallbackPollInterval;
    private readonly TimeShare _share = new(options.Value.FallbackPollInterval, Share, time);
    private bool _isFruitful;
    private volatile bool _isPolling;

    /// <summary>How long until the next poll is due, counted from the end of the last one.</summary>
    public TimeSpan UntilDue => _isPolling ? _interval : _share.UntilDue;

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
            var found = await FindAsync(connection, limit * FoundPerPlace, longestWaitingFirst, cancellationToken);
            var claimed = found.Count > 0 ? await ClaimAsync(connection, found, limit, cancellationToken) : [];
            Volatile.Write(ref _isFruitful, claimed.Count == limit);
            return claimed;
        }
        finally
        {
            _share.EndedSince(begun);
            _isPolling = false;
        }
    }

    private async Task<List<Guid>> FindAsync(NpgsqlConnection connection, int limit, bool longestWaitingFirst, CancellationToken cancellationToken)
    {
        await using var command = CommandFor(JobSql.FindOldest, connection, limit);
        command.Parameters.Add(new("queues", scope.OpenQueues));
        command.Parameters.Add(new("longest_waiting_first", longestWaitingFirst));
        // Not prepared: a plan from when the table was empty would read the table, once for each list.
        var found = new List<Guid>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(rows.GetGuid(0));
        }

        return found;
    }

    private async Task<List<ClaimedJob>> ClaimAsync(NpgsqlConnection connection, IReadOnlyCollection<Guid> found, int limit, CancellationToken cancellationToken)
    {
        await using var command = CommandFor(JobSql.ClaimFound, connection, limit);
        command.AddArray("ids", NpgsqlDbType.Uuid, found, id => id);
        return await ClaimedJobRow.ReadAllAsync(command, cancellationToken);
    }

    private NpgsqlCommand CommandFor(string sql, NpgsqlConnection connection, int limit)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new("worker", worker.Id));
        command.Parameters.Add(new("limit", limit));
        scope.Unlimited.AddTo(command);
        return command;
    }
}
