using System.Text.Json;

namespace Forge.Contracts;

/// <summary>What <c>PUT /forge/schedules/{name}</c> takes.</summary>
/// <param name="Kind">The kind of job that each fire enqueues.</param>
/// <param name="Payload">The payload of each job.</param>
/// <param name="Cron">Quartz's dialect: seconds, minutes, hours, day of month, month, day of week, and optionally a year. One of the two days is <c>?</c> or <c>*</c>.</param>
/// <param name="TimeZone">The IANA time zone that it is read in; UTC when left out.</param>
/// <param name="Enabled">False stores it without firing it; true when left out.</param>
public sealed record PutScheduleRequest(string Kind, JsonElement Payload, string Cron, string? TimeZone = null, bool? Enabled = null);

/// <summary>
/// A schedule now. <paramref name="NextFireAt"/> is null while it is disabled, and when there is no fire time left. <paramref name="LastFireAt"/> is the
/// latest fire time that was dealt with, <paramref name="LastJobId"/> its job; null when none could be enqueued. <paramref name="Error"/> says why that was
/// so, or why the schedule waits. <paramref name="NextFireTimes"/> are the next five fire times of the rule, also while the schedule is disabled: put it disabled
/// to see them before it fires.
/// </summary>
public sealed record ScheduleResponse(
    string Name,
    string Kind,
    JsonElement Payload,
    string Cron,
    string TimeZone,
    bool Enabled,
    DateTimeOffset? NextFireAt,
    IReadOnlyList<DateTimeOffset> NextFireTimes,
    DateTimeOffset? LastFireAt,
    Guid? LastJobId,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ScheduleLinks Links);

public sealed record ScheduleLinks(string Self, string Run, string? LastJob);
