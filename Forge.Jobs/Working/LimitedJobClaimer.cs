using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Claims jobs of kinds with a limit across workers. One worker at a time counts and claims per kind, so the limit holds however many ask.</summary>
/// <remarks>Dying anywhere before the commit claims nothing and uses no permit; after it, the jobs are rescued like any other, and their permits stay used.</remarks>
internal sealed class LimitedJobClaimer(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerIdentity worker,
    WorkerScope scope,
    IOptions<JobWorkerOptions> options)
{
    /// <summary>Claims up to <paramref name="limit"/> jobs of one kind.</summary>
    public async Task<List<ClaimedJob>> ClaimAsync(LimitedKind kind, int limit, CancellationToken cancellationToken)
    {
        // Set before asking, so that a nudge that comes meanwhile is not lost.
        kind.LookIn(options.Value.FallbackPollInterval);
        if (!kind.IsMarked)
        {
            // What runs since before the limit counts from the first claim on.
            await MarkRunningAsync([kind], cancellationToken);
            kind.IsMarked = true;
        }

        var claimed = await ClaimMarkedAsync(kind, limit, cancellationToken);
        dispatch.AnnounceChanges([.. claimed.Select(job => job.Id)]);
        return claimed;
    }

    /// <summary>Counts in what runs of these kinds and was claimed before they had a limit, or by a worker that does not know of it.</summary>
    public async Task MarkRunningAsync(IReadOnlyCollection<LimitedKind> kinds, CancellationToken cancellationToken)
    {
        if (kinds.Count == 0)
        {
            return;
        }

        await using var command = dataSource.CreateCommand(JobSql.MarkLimited);
        command.Parameters.Add(new("kinds", kinds.Select(kind => kind.Kind.Name).ToArray()));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<ClaimedJob>> ClaimMarkedAsync(LimitedKind kind, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(JobSql.ClaimLimited, connection);
        var (name, rate) = (kind.Kind.Name, kind.Kind.Options.RateLimit);
        command.Parameters.Add(new("worker", worker.Id));
        command.Parameters.Add(new("kind", name));
        command.Parameters.Add(new("lowest_version", kind.Kind.LowestVersion));
        command.Parameters.Add(new("version", kind.Kind.Options.Version));
        command.Parameters.Add(new("queues", scope.OpenQueues));
        command.Parameters.Add(new("limit", limit));
        command.Parameters.Add(new("longest_waiting_first", kind.Turn.IsDue));
        command.Parameters.Add(new("max_concurrency", NpgsqlDbType.Integer) { Value = (object?)kind.Kind.Options.MaxConcurrency ?? DBNull.Value });
        command.Parameters.Add(new("permits", NpgsqlDbType.Integer) { Value = (object?)rate?.Permits ?? DBNull.Value });
        command.Parameters.Add(new("period", NpgsqlDbType.Interval) { Value = (object?)rate?.Period ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        // The first result is the lock's.
        await reader.NextResultAsync(cancellationToken);
        var claimed = new List<ClaimedJob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(ClaimedJobRow.Read(reader));
        }

        kind.Turn.Claimed(claimed.Count);
        claimed.Sort(ClaimedJobRow.Order);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var untilPermit = await reader.IsDBNullAsync(1, cancellationToken) ? (TimeSpan?)null : reader.GetTimeSpan(1);
        kind.IsHeldBack = reader.GetBoolean(0) || untilPermit is not null;
        if (untilPermit is { } pause && pause < options.Value.FallbackPollInterval)
        {
            kind.LookIn(pause);
        }
        else if (claimed.Count == limit)
        {
            kind.LookIn(TimeSpan.Zero);
        }

        return claimed;
    }
}
