namespace Forge.Jobs;

/// <summary>What a person may do to jobs. Each applies to some states only; in others it changes nothing.</summary>
public enum JobAction
{
    /// <summary>Makes a discarded or cancelled job available again.</summary>
    Retry,

    /// <summary>Cancels a waiting job at once, and signals a running one.</summary>
    Cancel,

    /// <summary>Deletes a finished job with its attempts and its result.</summary>
    Delete,
}
