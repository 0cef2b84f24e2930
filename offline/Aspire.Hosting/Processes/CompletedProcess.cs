using System.Collections.Concurrent;

namespace Aspire.Hosting.Processes;

/// <summary>A program that was run to its end.</summary>
internal sealed record CompletedProcess(int ExitCode, IReadOnlyList<string> Output)
{
    /// <summary>The line that most likely says what went wrong.</summary>
    public string Failure => Output.FirstOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("PANIC", StringComparison.Ordinal) || line.Contains("error:", StringComparison.OrdinalIgnoreCase))
        ?? Output.LastOrDefault(line => !string.IsNullOrWhiteSpace(line))
        ?? $"exit code {ExitCode}";

    /// <summary>Runs the program; it is killed when the wait is cancelled.</summary>
    public static async Task<CompletedProcess> RunAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        var output = new ConcurrentQueue<string>();
        var process = ChildProcess.Start(spec, (line, _) => output.Enqueue(line));
        try
        {
            return new CompletedProcess(await process.Exited.WaitAsync(cancellationToken), [.. output]);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync(TimeSpan.Zero);
            throw;
        }
    }
}
