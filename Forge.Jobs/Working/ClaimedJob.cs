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
    string? TraceState)
{
    /// <summary>How many workers in a row have died with this job: the first while they held it, the others while they ran it.</summary>
    public int Deaths { get; init; }

    /// <summary>True when it may well be this job that ends its workers. It runs beside no other suspect, so that the innocent among them are charged no more deaths.</summary>
    public bool IsSuspect => Deaths > 1;
}
