using Npgsql;

namespace Forge.Jobs;

/// <summary>Rows of <c>read-schedules.sql</c>.</summary>
internal static class ScheduleRow
{
    private const int FireTimes = 5;

    public static JobSchedule Read(NpgsqlDataReader row, JobKindRegistry kinds)
    {
        var kind = row.GetString(1);
        var version = row.GetInt32(2);
        return new JobSchedule
        {
            Name = row.GetString(0),
            Kind = kind,
            Version = version,
            Payload = JobRow.ParseJson(row.GetString(3)),
            Cron = row.GetString(4),
            TimeZone = row.GetString(5),
            IsEnabled = row.GetBoolean(6),
            Owner = row.TextOrNull(7),
            NextFireAt = row.TimeOrNull(8),
            LastFireAt = row.TimeOrNull(9),
            LastJobId = row.IsDBNull(10) ? null : row.GetGuid(10),
            Error = kinds.TryGet(kind, out var known) && known.CanRead(version)
                ? row.TextOrNull(11)
                : $"The kind '{kind}' with payloads of version {version} is not known to this program; the schedule waits for a worker that knows it.",
            CreatedAt = row.Time(12),
            UpdatedAt = row.Time(13),
            NextFireTimes = NextFireTimes(row.GetString(4), row.GetString(5), row.TimeOrNull(8), row.Time(14)),
        };
    }

    /// <summary>A disabled schedule shows what it would do.</summary>
    private static IReadOnlyList<DateTimeOffset> NextFireTimes(string cron, string timeZone, DateTimeOffset? next, DateTimeOffset now)
    {
        var rule = CronSchedule.Read(cron, timeZone, new Dictionary<string, string[]>(StringComparer.Ordinal));
        return rule is null ? [] : next is { } first ? [first, .. rule.NextAfter(first, FireTimes - 1)] : rule.NextAfter(now, FireTimes);
    }
}
