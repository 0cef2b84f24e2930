using System.Text.Json;

namespace Forge.Contracts;

/// <summary>What <c>PUT /forge/schedules/{name}</c> takes.</summary>
/// <param name="Kind">The kind of job that each fire enqueues.</param>
/// <param name="Payload">The payload of each job.</param>
/// <param name="Cron">Quartz's dialect: seconds, minutes, hours, day of month, month, day of week, and optionally a year.</param>
/// <param name="TimeZone">The IANA time zone that it is read in; UTC when left out.</param>
/// <param name="Enabled">False stores it without firing it; true when left out.</param>
public sealed record PutScheduleRequest(string Kind, JsonElement Payload, string Cron, string? TimeZone = null, bool? Enabled = null);

/// <summary>A schedule now.</summary>
/// <param name="NextFireAt">Null while it is disabled, and when there is no fire time left.</param>
/// <param name="LastFireAt">The latest fire time that was dealt with.</param>
/// <param name="LastJobId">The job of that fire; null when none could be enqueued.</param>
/// <param name="Error">Why its last fire enqueued no job, or why it waits; null when all is well.</param>
public sealed record ScheduleResponse(
    string Name,
    string Kind,
    JsonElement Payload,
    string Cron,
    string TimeZone,
    bool Enabled,
    DateTimeOffset? NextFireAt,
    DateTimeOffset? LastFireAt,
    Guid? LastJobId,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ScheduleLinks Links);

public sealed record ScheduleLinks(string Self, string Run, string? LastJob);
