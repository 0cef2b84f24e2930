namespace Forge.Jobs;

/// <summary>A job as its worker got it. <paramref name="LeaseToken"/> is drawn anew by every claim and never again: it fences whatever the run writes.</summary>
internal sealed record ClaimedJob(
    Guid Id,
    long LeaseToken,
    string Kind,
    int Version,
    string Queue,
    int Priority,
    string Payload,
    int Attempt,
    int MaxAttempts,
    string? Owner,
    DateTimeOffset StartedAt,
    TimeSpan Waited,
    string? TraceParent,
    string? TraceState);
