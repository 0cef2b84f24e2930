using System.Text.Json;

namespace Forge.Jobs;

/// <summary>A job as it stands in Postgres.</summary>
public sealed record JobDetails
{
    /// <summary>The id, a version 7 UUID: ids sort by creation.</summary>
    public required Guid Id { get; init; }

    /// <summary>The kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The version of the payload.</summary>
    public required int Version { get; init; }

    /// <summary>The queue.</summary>
    public required string Queue { get; init; }

    /// <summary>0 (first) to 9 (last).</summary>
    public required int Priority { get; init; }

    /// <summary>The state.</summary>
    public required JobState State { get; init; }

    /// <summary>How many attempts were begun; a hand-back at a graceful stop, and the death of a worker, take theirs back.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many attempts there may be.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>0 to 100, set by the handler; 100 when completed.</summary>
    public required int Progress { get; init; }

    /// <summary>What the handler last said about its progress.</summary>
    public string? Message { get; init; }

    /// <summary>Whose job it is.</summary>
    public string? Owner { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The earliest start; after a failed attempt, of the next one.</summary>
    public required DateTimeOffset RunAt { get; init; }

    /// <summary>When the latest attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was completed, cancelled or discarded.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When somebody asked a running job to stop.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>The JSON result, if the handler set one.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>True when the result is a file.</summary>
    public bool HasResultFile { get; init; }

    /// <summary>The trace that enqueued it.</summary>
    public string? TraceId { get; init; }

    /// <summary>The attempts in order, the running one included. Only the job itself carries its errors: they are the attempts with an error type.</summary>
    public IReadOnlyList<JobAttempt> Attempts { get; init; } = [];
}
