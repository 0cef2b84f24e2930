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

/// <summary>Retries, cancels or deletes many jobs: <paramref name="Action"/> is <c>retry</c>, <c>cancel</c> or <c>delete</c>.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Filter">Which jobs; without one, all that admit the action. A delete needs one.</param>
/// <param name="Preview">Only count them.</param>
/// <param name="After">The <c>next</c> of the answer before, to go on.</param>
public sealed record BulkJobsRequest(string Action, BulkJobsFilter? Filter = null, bool Preview = false, string? After = null);

/// <summary>Which jobs a bulk operation changes. Unknown members are refused: a misspelt one would widen it to everything.</summary>
/// <param name="State">One state.</param>
/// <param name="States">Several states, instead of <paramref name="State"/>.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Error">Text in the type or the message of the latest error.</param>
/// <param name="ErrorType">The type of the latest error.</param>
/// <param name="ErrorMessage">The message of the latest error as GET /forge/dead-letters tells it.</param>
/// <param name="After">Enqueued at this time or later.</param>
/// <param name="Before">Enqueued before this time.</param>
/// <param name="FinishedAfter">Finished at this time or later.</param>
/// <param name="FinishedBefore">Finished before this time.</param>
/// <param name="Owner">The id of a user, for administrators.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BulkJobsFilter(
    string? State = null,
    IReadOnlyList<string>? States = null,
    string? Kind = null,
    string? Queue = null,
    string? Error = null,
    string? ErrorType = null,
    string? ErrorMessage = null,
    DateTimeOffset? After = null,
    DateTimeOffset? Before = null,
    DateTimeOffset? FinishedAfter = null,
    DateTimeOffset? FinishedBefore = null,
    string? Owner = null);

/// <summary>How far a bulk operation came within its time. <paramref name="Next"/> is null when it has seen all jobs; else it goes into <c>after</c> of the same request.</summary>
/// <param name="Matched">How many jobs were found to which the action applies.</param>
/// <param name="Changed">How many of them were changed; 0 for a preview.</param>
/// <param name="More">Whether jobs are left to look at.</param>
/// <param name="Next">Where to go on.</param>
public sealed record BulkJobsResponse(long Matched, long Changed, bool More, string? Next);

/// <summary>Dead letters of one kind with alike errors; <paramref name="Message"/> has a <c>#</c> for each number and id.</summary>
public sealed record DeadLetterGroupResponse(
    string Kind,
    string? ErrorType,
    string? Message,
    long Count,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt,
    Guid SampleJobId);

/// <summary>The dead letters in groups, the largest first. <paramref name="Complete"/> is false when there are more than were looked at; <paramref name="Next"/> is always null.</summary>
public sealed record DeadLettersResponse(IReadOnlyList<DeadLetterGroupResponse> Items, string? Next, bool Complete);

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
