using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Makes this worker the owner of jobs. Redis says which ids are worth asking for; Postgres alone decides.</summary>
internal sealed class JobClaimer
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly JobDispatch _dispatch;
    private readonly WorkerIdentity _worker;
    private readonly WorkerScope _scope;
    private readonly TimeProvider _time;
    private readonly TimeSpan _pollInterval;
    private long _lastPoll;
    private bool _pollAgain;

    public JobClaimer(NpgsqlDataSource dataSource, JobDispatch dispatch, WorkerIdentity worker, WorkerScope scope, IOptions<JobWorkerOptions> options, TimeProvider time)
    {
        _dataSource = dataSource;
        _dispatch = dispatch;
        _worker = worker;
        _scope = scope;
        _time = time;
        _pollInterval = options.Value.FallbackPollInterval;
        _lastPoll = time.GetTimestamp();
    }

    /// <summary>Claims up to <paramref name="limit"/> jobs.</summary>
    /// <remarks>
    /// Dying after the ids were taken and before the update commits: the jobs stay available, unknown to Redis, and the fallback poll finds them.
    /// Dying after the commit: the jobs are "running" under this worker's lease, which nobody renews, and are rescued.
    /// An answer lost on the way is the same to this process; its heartbeat notices jobs that it holds and does not run.
    /// </remarks>
    public async Task<List<ClaimedJob>> ClaimAsync(int limit, CancellationToken cancellationToken)
    {
        var ids = await _dispatch.TakeAsync(_scope.OpenQueues, limit);
        var claimed = ids is { Count: > 0 } ? await ClaimIdsAsync(ids, cancellationToken) : [];
        if (claimed.Count < limit && (ids is null || _pollAgain || _time.GetElapsedTime(_lastPoll) >= _pollInterval))
        {
            var polled = await ClaimOldestAsync(limit - claimed.Count, cancellationToken);
            _lastPoll = _time.GetTimestamp();
            // A full batch past Redis means that Redis lost a list: go on here until the sweep has filled it again.
            _pollAgain = polled.Count == limit - claimed.Count;
            claimed.AddRange(polled);
        }

        return claimed;
    }

    private async Task<List<ClaimedJob>> ClaimIdsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = Command(JobSql.ClaimIds);
        command.Parameters.Add(new("ids", ids.ToArray()));
        return await ReadAsync(command, cancellationToken);
    }

    private async Task<List<ClaimedJob>> ClaimOldestAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(JobSql.ClaimOldest);
        command.Parameters.Add(new("queues", _scope.OpenQueues.ToArray()));
        command.Parameters.Add(new("limit", limit));
        return await ReadAsync(command, cancellationToken);
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = _dataSource.CreateCommand(sql);
        command.Parameters.Add(new("worker", _worker.Id));
        command.Parameters.Add(new("kinds", _scope.Kinds));
        command.Parameters.Add(new("lowest_versions", _scope.LowestVersions));
        command.Parameters.Add(new("versions", _scope.Versions));
        return command;
    }

    private static async Task<List<ClaimedJob>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedJob>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(Read(reader));
        }

        // An update returns its rows in no order.
        claimed.Sort((left, right) => (left.Priority, left.LeaseToken).CompareTo((right.Priority, right.LeaseToken)));
        return claimed;
    }

    private static ClaimedJob Read(NpgsqlDataReader row) => new(
        Id: row.GetGuid(0),
        LeaseToken: row.GetInt64(1),
        Kind: row.GetString(2),
        Version: row.GetInt32(3),
        Queue: row.GetString(4),
        Priority: row.GetInt16(5),
        Payload: row.GetString(6),
        Attempt: row.GetInt32(7),
        MaxAttempts: row.GetInt32(8),
        Owner: row.TextOrNull(9),
        StartedAt: row.Time(10),
        Waited: row.GetTimeSpan(11),
        TraceParent: row.TextOrNull(12),
        TraceState: row.TextOrNull(13));
}
