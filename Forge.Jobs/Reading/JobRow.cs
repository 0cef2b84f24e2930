using System.Text.Json;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Rows of <c>read-jobs.sql</c> and of <c>jobs.attempt</c>, which are in memory when they are read here.</summary>
internal static class JobRow
{
    public static JobDetails ReadJob(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Kind = row.GetString(1),
        Version = row.GetInt32(2),
        Queue = row.GetString(3),
        Priority = row.GetInt16(4),
        State = JobStateExtensions.Parse(row.GetString(5)),
        Attempt = row.GetInt32(6),
        MaxAttempts = row.GetInt32(7),
        Progress = row.GetInt16(8),
        Message = row.TextOrNull(9),
        Owner = row.TextOrNull(10),
        CreatedAt = row.Time(11),
        RunAt = row.Time(12),
        StartedAt = row.TimeOrNull(13),
        FinishedAt = row.TimeOrNull(14),
        CancelRequestedAt = row.TimeOrNull(15),
        Result = row.TextOrNull(16) is { } json ? ParseJson(json) : null,
        HasResultFile = row.GetBoolean(17),
        TraceId = row.TextOrNull(18),
    };

    /// <summary>The run of which only the job's own row knows: the one that is going on, or that completed the job. Null when there is none.</summary>
    public static JobAttempt? ReadOwnAttempt(NpgsqlDataReader row) => row.TextOrNull(19) is { } worker
        ? new(row.GetInt32(6), row.Time(13), row.TimeOrNull(14), row.IsDBNull(14) ? null : AttemptOutcome.Completed, row.TextOrNull(20), worker, ErrorType: null, ErrorMessage: null)
        : null;

    public static JobAttempt ReadEndedAttempt(NpgsqlDataReader row) =>
        new(row.GetInt32(1), row.Time(2), row.Time(3), row.GetString(4), row.TextOrNull(5), row.GetString(6), row.TextOrNull(7), row.TextOrNull(8));

    public static JsonElement ParseJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);
}
