namespace Aspire.Hosting.Processes;

/// <summary>A running child process that cannot outlive this one.</summary>
internal sealed class ChildProcess
{
    private ChildProcess()
    {
    }

    /// <summary>The process id; it stays the same from start to exit.</summary>
    public int Id { get; private init; }

    /// <summary>Completes with the exit code (128 + n for a death by signal n) after the last line of output was handed over; never faults.</summary>
    public required Task<int> Exited { get; init; }

    /// <summary>Starts the process; <paramref name="onLine"/> gets each line of output (true: standard error), one at a time.</summary>
    /// <exception cref="DistributedApplicationException">The program cannot be started; the message says what to do.</exception>
    public static ChildProcess Start(ProcessSpec spec, Action<string, bool> onLine) => throw new PlatformNotSupportedException($"{spec.FileName} {onLine.Method.Name}");

    /// <summary>Sends the stop signal, waits up to <paramref name="grace"/>, then kills. Returns the exit code.</summary>
    public Task<int> StopAsync(TimeSpan grace) => Exited.WaitAsync(grace);
}
