using System.Text.Json;

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

public sealed record JobLinks(string Self, string Events, string Result);

/// <summary>One page of a list, newest first; <paramref name="Next"/> goes into <c>after</c> and is null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
