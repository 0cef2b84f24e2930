namespace Forge.Jobs;

/// <summary>One run of a job.</summary>
/// <param name="Attempt">Its number, from 1. A run that was handed back at a graceful stop, or whose worker died, shares its number with the next.</param>
/// <param name="StartedAt">When it was claimed.</param>
/// <param name="FinishedAt">When it ended; null while it runs. For a rescued one, when it was rescued.</param>
/// <param name="Outcome"><c>completed</c>, <c>failed</c>, <c>timed_out</c>, <c>cancelled</c>, <c>rescued</c> or <c>handed_back</c>; null while it runs.</param>
/// <param name="TraceId">The trace of the run; null while it runs, and for one whose worker died.</param>
/// <param name="Worker">The worker that ran it.</param>
/// <param name="ErrorType">The exception's full type name, or null.</param>
/// <param name="ErrorMessage">The exception's message, cut at 4,000 characters, or null.</param>
public sealed record JobAttempt(
    int Attempt,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    string? Outcome,
    string? TraceId,
    string Worker,
    string? ErrorType,
    string? ErrorMessage);
