using Npgsql;

namespace Forge.Jobs;

/// <summary>The rows that every claim returns.</summary>
internal static class ClaimedJobRow
{
    /// <summary>An update returns its rows in no order; this is the order in which they were claimed.</summary>
    public static int Order(ClaimedJob left, ClaimedJob right) => (left.Priority, left.LeaseToken).CompareTo((right.Priority, right.LeaseToken));

    /// <summary>Executes a claim, prepared, and returns its jobs in their order.</summary>
    public static async Task<List<ClaimedJob>> ReadAllAsync(NpgsqlCommand claim, CancellationToken cancellationToken)
    {
        await claim.PrepareAsync(cancellationToken);
        var claimed = new List<ClaimedJob>();
        await using var rows = await claim.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            claimed.Add(Read(rows));
        }

        claimed.Sort(Order);
        return claimed;
    }

    public static ClaimedJob Read(NpgsqlDataReader row) => new(
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
        TraceState: row.TextOrNull(13))
    {
        Deaths = row.IsDBNull(14) ? 0 : row.GetInt16(14),
    };
}
