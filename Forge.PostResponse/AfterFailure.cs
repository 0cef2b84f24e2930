namespace Forge.PostResponse;

/// <summary>What happens to the later tasks of a request when one of them fails.</summary>
public enum AfterFailure
{
    /// <summary>The later tasks run.</summary>
    Continue,

    /// <summary>The later tasks are not run: each is named in the log and counted as lost.</summary>
    SkipRemaining,
}
