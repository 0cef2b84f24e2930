namespace Forge.Jobs;

/// <summary>One queue at this moment.</summary>
/// <remarks>
/// What scheduled, retryable and discarded jobs there are is counted up to 10,000 each. Available ones are counted up to 10,000 in all, shared out among the kinds and priorities that wait;
/// beyond that the figure is what Redis knows, and without Redis the part that was counted.
/// </remarks>
/// <param name="Queue">Its name.</param>
/// <param name="Available">Jobs that wait for a worker.</param>
/// <param name="Scheduled">Jobs that wait for their time.</param>
/// <param name="Running">Jobs that run.</param>
/// <param name="Retryable">Jobs that wait for their next attempt.</param>
/// <param name="Discarded">Dead letters.</param>
/// <param name="IsPaused">True while nothing is claimed from it.</param>
/// <param name="OldestAge">How long the longest-waiting available job could have been run; zero when none waits.</param>
/// <param name="ThroughputPerMinute">Jobs completed in the last 60 seconds; where more than 5,000 finished in that time, at the pace of the last 5,000.</param>
public sealed record QueueFigures(
    string Queue,
    long Available,
    long Scheduled,
    long Running,
    long Retryable,
    long Discarded,
    bool IsPaused,
    TimeSpan OldestAge,
    long ThroughputPerMinute);
