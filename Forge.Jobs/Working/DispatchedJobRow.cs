using Npgsql;

namespace Forge.Jobs;

/// <summary>The rows that say where waiting jobs belong in Redis: id, queue, kind, version, priority, is_limited.</summary>
internal static class DispatchedJobRow
{
    public static async Task<List<DispatchedJob>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var jobs = new List<DispatchedJob>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(Read(rows));
        }

        return jobs;
    }

    public static DispatchedJob Read(NpgsqlDataReader row) =>
        new(row.GetGuid(0), new JobList(row.GetString(1), row.GetString(2), row.GetInt32(3)), row.GetInt16(4), row.GetBoolean(5));
}
