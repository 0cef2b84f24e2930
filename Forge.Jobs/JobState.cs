namespace Forge.Jobs;

/// <summary>Where a job is in its life.</summary>
public enum JobState
{
    /// <summary>Waits for a worker.</summary>
    Available,

    /// <summary>Waits for its first run time; becomes <see cref="Available"/> then.</summary>
    Scheduled,

    /// <summary>A worker holds its lease and runs it.</summary>
    Running,

    /// <summary>An attempt failed; becomes <see cref="Available"/> when its backoff is over.</summary>
    Retryable,

    /// <summary>Finished with success.</summary>
    Completed,

    /// <summary>Stopped because somebody asked for it. Can be retried by a person.</summary>
    Cancelled,

    /// <summary>The dead letters: attempts used up, or the handler said not to try again. Kept for a person, who can retry or delete it.</summary>
    Discarded,
}
