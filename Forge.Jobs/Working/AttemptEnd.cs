namespace Forge.Jobs;

/// <summary>How a run ended, as it is to be stored.</summary>
internal sealed record AttemptEnd(ClaimedJob Job, string Outcome, JobState State)
{
    public string? ResultJson { get; init; }

    public ResultFile? ResultFile { get; init; }

    public TimeSpan RetryDelay { get; init; }

    public string? TraceId { get; init; }

    public string? ErrorType { get; init; }

    public string? ErrorMessage { get; init; }
}
