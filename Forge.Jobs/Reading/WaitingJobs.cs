using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>How many jobs of one list wait, and for how long the first of them.</summary>
internal sealed record WaitingJobs(JobList List, long Count, TimeSpan OldestAge)
{
    /// <summary>So many jobs are counted in Postgres, shared out among the lists that hold any.</summary>
    public const int Counted = 10_000;

    /// <summary>Counts what waits, in all queues or in these. A list that is longer than its part of <see cref="Counted"/> has the length that Redis knows, and without Redis that part.</summary>
    public static async Task<List<WaitingJobs>> ReadAsync(NpgsqlDataSource dataSource, JobDispatch dispatch, IReadOnlyCollection<string>? queues, CancellationToken cancellationToken)
    {
        var waiting = new List<WaitingJobs>();
        var uncounted = new List<JobList>();
        await using (var command = dataSource.CreateCommand(JobSql.WaitingCounts))
        {
            command.Parameters.Add(new("queues", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = (object?)queues?.ToArray() ?? DBNull.Value });
            command.Parameters.Add(new("limit", (long)Counted));
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                var list = new JobList(rows.GetString(0), rows.GetString(1), rows.GetInt32(2));
                waiting.Add(new WaitingJobs(list, rows.GetInt64(3), rows.GetTimeSpan(5)));
                if (!rows.GetBoolean(4))
                {
                    uncounted.Add(list);
                }
            }
        }

        if (uncounted.Count == 0)
        {
            return waiting;
        }

        var listed = await dispatch.CountAsync(uncounted);
        return [.. waiting.Select(jobs => jobs with { Count = Math.Max(jobs.Count, listed.GetValueOrDefault(jobs.List)) })];
    }
}
