namespace Forge.Jobs;

/// <summary>The words of <c>jobs.attempt.outcome</c>.</summary>
internal static class AttemptOutcome
{
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string TimedOut = "timed_out";
    public const string Cancelled = "cancelled";
    public const string HandedBack = "handed_back";
}
