namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resource starts after another one.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The resource that is waited for.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Until it is what.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code that counts as completed.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to do when it ends or fails first; null for the application's default.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}

/// <summary>What is waited for.</summary>
public enum WaitType
{
    /// <summary>It runs and is healthy.</summary>
    WaitUntilHealthy = 0,

    /// <summary>It has ended.</summary>
    WaitForCompletion = 1,

    /// <summary>It runs.</summary>
    WaitUntilStarted = 2,
}

/// <summary>What to do when a resource that is waited for ends or fails.</summary>
public enum WaitBehavior
{
    /// <summary>Wait on: it may be started again.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>Give up.</summary>
    StopOnResourceUnavailable = 1,
}
