namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states of a resource.</summary>
public static class KnownResourceStates
{
    /// <summary>Has ended (projects and programs).</summary>
    public static readonly string Finished = "Finished";

    /// <summary>Has ended (containers).</summary>
    public static readonly string Exited = "Exited";

    /// <summary>Could not be started, or ended before it was ever healthy.</summary>
    public static readonly string FailedToStart = "FailedToStart";

    /// <summary>Is being started.</summary>
    public static readonly string Starting = "Starting";

    /// <summary>Runs; whether it is healthy is said beside it.</summary>
    public static readonly string Running = "Running";

    /// <summary>Is being stopped because somebody asked for it.</summary>
    public static readonly string Stopping = "Stopping";

    /// <summary>Waits for others.</summary>
    public static readonly string Waiting = "Waiting";

    /// <summary>Waits for a command.</summary>
    public static readonly string NotStarted = "NotStarted";

    /// <summary>The states in which nothing runs any more.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>How states are shown.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>All is well.</summary>
    public static readonly string Success = "success";

    /// <summary>Something failed.</summary>
    public static readonly string Error = "error";

    /// <summary>Neither good nor bad.</summary>
    public static readonly string Info = "info";

    /// <summary>Worth a look.</summary>
    public static readonly string Warn = "warning";
}
