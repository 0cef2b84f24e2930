using System.Text.Json;
using System.Text.Json.Serialization;

namespace Forge.Contracts;

public sealed record EnqueueJobRequest(
    string Kind,
    JsonElement Payload,
    string? Queue = null,
    int? Priority = null,
    DateTimeOffset? RunAt = null,
    double? DelaySeconds = null,
    string? UniqueKey = null,
    int? MaxAttempts = null);

public sealed record EnqueueBatchRequest(IReadOnlyList<EnqueueJobRequest> Jobs);

public sealed record EnqueueBatchResponse(IReadOnlyList<Guid> Ids);

public sealed record JobResponse(
    Guid Id,
    string Kind,
    string Queue,
    int Priority,
    string State,
    int Attempt,
    int MaxAttempts,
    int Progress,
    string? Message,
    DateTimeOffset CreatedAt,
    DateTimeOffset RunAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyList<JobErrorResponse> Errors,
    JsonElement? Result,
    string? TraceId,
    IReadOnlyList<JobAttemptResponse> Attempts,
    JobLinks Links);

public sealed record JobErrorResponse(int Attempt, DateTimeOffset At, string Type, string Message);

public sealed record JobAttemptResponse(
    int Attempt,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    string? Outcome,
    string? TraceId,
    string Worker);

/// <summary>Where to go on from a job; <paramref name="Payment"/> only in the answer to a new payment.</summary>
public sealed record JobLinks(
    string Self,
    string Events,
    string Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Payment = null);

/// <summary>The data of the server-sent events of a job: <c>state</c>, <c>progress</c> and the last one, <c>end</c>.</summary>
public sealed record JobEventResponse(Guid Id, string State, int Attempt, int Progress, string? Message);

/// <summary>A queue now; <paramref name="OldestAgeSeconds"/> is how long its longest waiting available job has waited.</summary>
public sealed record QueueResponse(
    string Queue,
    long Available,
    long Scheduled,
    long Running,
    long Retryable,
    long Discarded,
    bool Paused,
    double OldestAgeSeconds,
    double ThroughputPerMinute);

/// <summary>One page of a list, newest first unless it says otherwise; <paramref name="Next"/> goes into <c>after</c> and is null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
