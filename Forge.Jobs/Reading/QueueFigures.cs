namespace Forge.Jobs;

/// <summary>One queue at this moment.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Available">Jobs that wait for a worker.</param>
/// <param name="Scheduled">Jobs that wait for their time.</param>
/// <param name="Running">Jobs that run.</param>
/// <param name="Retryable">Jobs that wait for their next attempt.</param>
/// <param name="Discarded">Dead letters.</param>
/// <param name="IsPaused">True while nothing is claimed from it.</param>
/// <param name="OldestAge">How long the longest-waiting available job could have been run; zero when none waits.</param>
/// <param name="ThroughputPerMinute">Jobs completed in the last 60 seconds.</param>
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
