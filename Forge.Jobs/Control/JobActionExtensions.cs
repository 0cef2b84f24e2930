namespace Forge.Jobs;

/// <summary>To which jobs an action applies.</summary>
public static class JobActionExtensions
{
    /// <summary>The states that admit the action.</summary>
    public static IReadOnlyList<JobState> States(this JobAction action) => action switch
    {
        JobAction.Retry => [JobState.Discarded, JobState.Cancelled],
        // In the order of a job's life: one that moves on while many are cancelled is met in its next state.
        JobAction.Cancel => [JobState.Scheduled, JobState.Retryable, JobState.Available, JobState.Running],
        JobAction.Delete => [JobState.Completed, JobState.Cancelled, JobState.Discarded],
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, null),
    };
}
