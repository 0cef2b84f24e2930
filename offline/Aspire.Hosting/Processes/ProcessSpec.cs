namespace Aspire.Hosting.Processes;

/// <summary>A process to start: what, with which arguments and environment, as whom, and how it is asked to stop.</summary>
internal sealed record ProcessSpec
{
    public required string FileName { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public required string WorkingDirectory { get; init; }

    /// <summary>Added to the environment of this process; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What the process reads from its standard input, for what must not be seen in a command line; then the input ends.</summary>
    public string? Input { get; init; }

    /// <summary>A folder that is deleted when the process has ended; null for none.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>The user the process runs as; null for the user of this process.</summary>
    public string? RunAsUser { get; init; }

    /// <summary>What asks the process to stop: SIGTERM for services, SIGINT for Postgres, whose SIGTERM waits for its clients.</summary>
    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;

    /// <summary>
    /// What the process gets when this process dies without having stopped it. A service is killed, since its drain could take longer than
    /// anybody waits and its stores go at the same moment; Postgres is interrupted, which ends it at once and its data folder clean.
    /// </summary>
    public StopSignal ParentDeathSignal { get; init; } = StopSignal.Kill;
}

/// <summary>The signals that end a process.</summary>
internal enum StopSignal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}
