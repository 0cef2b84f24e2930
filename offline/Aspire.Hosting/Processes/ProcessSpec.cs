namespace Aspire.Hosting.Processes;

/// <summary>A process to start: what, with which arguments and environment, as whom, and how it is asked to stop.</summary>
internal sealed record ProcessSpec
{
    public required string FileName { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public required string WorkingDirectory { get; init; }

    /// <summary>Added to the environment of this process; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The user the process runs as; null for the user of this process.</summary>
    public string? RunAsUser { get; init; }

    /// <summary>What asks the process to stop, and what it gets when this process dies: SIGTERM for services, SIGINT for Postgres.</summary>
    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;
}

/// <summary>The signals that ask a process to stop.</summary>
internal enum StopSignal
{
    Interrupt = 2,
    Terminate = 15,
}
