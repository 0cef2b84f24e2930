namespace Forge.Jobs;

/// <summary>Which jobs a list holds, or a bulk operation changes. A member that is null does not restrict it.</summary>
public sealed record JobFilter
{
    /// <summary>Only jobs of this owner.</summary>
    public string? Owner { get; init; }

    /// <summary>Only jobs in this state.</summary>
    public JobState? State { get; init; }

    /// <summary>Only jobs of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only jobs of this queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Only jobs in one of these states.</summary>
    public IReadOnlyList<JobState>? States { get; init; }

    /// <summary>Only jobs whose latest error has this in its type or message, in upper or lower case.</summary>
    public string? Error { get; init; }

    /// <summary>Only jobs whose latest error is of this type: the exception's full name.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Only jobs whose latest error has this message once numbers and ids are taken out: see <see cref="DeadLetterGroup.Message"/>.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Only jobs that were enqueued at this time or later.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Only jobs that were enqueued before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only jobs that finished at this time or later.</summary>
    public DateTimeOffset? FinishedFrom { get; init; }

    /// <summary>Only jobs that finished before this time.</summary>
    public DateTimeOffset? FinishedBefore { get; init; }

    /// <summary>Only jobs that this is the id, the unique key, the idempotency key or a trace id of.</summary>
    /// <remarks>
    /// A trace is that of the request that enqueued the job, or of one of its runs. An id is found at once. Keys and traces have no index, since every enqueue would pay for it:
    /// a page looks for them among 20,000 jobs, and <see cref="JobPage.Next"/> goes on from there.
    /// </remarks>
    public string? Search { get; init; }

    /// <summary>Leaves out running jobs that somebody has asked to stop.</summary>
    internal bool ExceptStopping { get; init; }

    /// <summary>Whether a job in this state may be in the list.</summary>
    internal bool Admits(JobState state) => (State is null || State == state) && (States is null || States.Contains(state));
}
