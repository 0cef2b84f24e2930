using System.Diagnostics;
using Aspire.Hosting.Native;

namespace Aspire.Hosting.Processes;

/// <summary>A running child process that cannot outlive this one.</summary>
internal sealed class ChildProcess
{
    /// <summary>How long output is still read after the end of a process whose descendants keep the pipe open.</summary>
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    private readonly ProcessSpec _spec;

    private ChildProcess(Process process, ProcessSpec spec, Action<string, bool> onLine)
    {
        _spec = spec;
        Id = process.Id;
        Exited = WatchAsync(process, onLine);
    }

    /// <summary>The process id; it stays the same from start to exit.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code (128 + n for a death by signal n) after the last line of output was handed over; never faults.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts the process; <paramref name="onLine"/>, which must not throw, gets each line of output (true: standard error), one at a time.</summary>
    /// <exception cref="DistributedApplicationException">The program cannot be started; the message says what to do.</exception>
    public static ChildProcess Start(ProcessSpec spec, Action<string, bool> onLine)
    {
        if (!Directory.Exists(spec.WorkingDirectory))
        {
            throw new DistributedApplicationException($"'{spec.FileName}' cannot start: its folder {spec.WorkingDirectory} does not exist.");
        }

        var program = ExecutablePath.Find(spec.FileName, spec.WorkingDirectory)
            ?? throw new DistributedApplicationException($"The program '{spec.FileName}' was not found. Install it, or check the PATH.");

        try
        {
            return new ChildProcess(ProcessStarter.Start(spec, program), spec, onLine);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException)
        {
            throw new DistributedApplicationException($"The program '{program}' cannot be started: {exception.Message}", exception);
        }
    }

    /// <summary>Sends the stop signal, waits up to <paramref name="grace"/>, then kills. Returns the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        if (!Exited.IsCompleted && Signal.Send(Id, _spec.StopSignal))
        {
            try
            {
                return await Exited.WaitAsync(grace);
            }
            catch (TimeoutException)
            {
                Signal.KillGroup(Id);
                Signal.Send(Id, StopSignal.Kill);
            }
        }

        return await Exited;
    }

    private async Task<int> WatchAsync(Process process, Action<string, bool> onLine)
    {
        using (process)
        {
            var gate = new Lock();
            var output = Task.WhenAll(
                PumpAsync(process.StandardOutput, isError: false),
                PumpAsync(process.StandardError, isError: true));

            await process.WaitForExitAsync();
            var exitCode = process.ExitCode;
            ProcessStarter.Forget(process.Id);

            // What the process itself had started and left behind goes with it.
            Signal.KillGroup(process.Id);
            await Task.WhenAny(output, Task.Delay(OutputGrace));
            if (_spec.TemporaryFolder is { } folder)
            {
                DataFolders.TryDelete(folder);
            }

            return exitCode;

            async Task PumpAsync(StreamReader reader, bool isError)
            {
                try
                {
                    while (await reader.ReadLineAsync() is { } line)
                    {
                        lock (gate)
                        {
                            onLine(line, isError);
                        }
                    }
                }
                catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
                {
                    // A descendant in a session of its own kept the pipe open past the grace; nobody reads it any more.
                    Debug.WriteLine(exception);
                }
            }
        }
    }
}
