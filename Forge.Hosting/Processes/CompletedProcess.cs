using System.ComponentModel;
using System.Diagnostics;

namespace Forge.Hosting.Processes;

/// <summary>A program that was run to its end.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">The lines of both its outputs.</param>
internal sealed record CompletedProcess(int ExitCode, IReadOnlyList<string> Output)
{
    /// <summary>The line that most likely says what went wrong.</summary>
    public string Failure => Output.FirstOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("PANIC", StringComparison.Ordinal) || line.Contains("error:", StringComparison.OrdinalIgnoreCase))
        ?? Output.LastOrDefault(line => !string.IsNullOrWhiteSpace(line))
        ?? $"exit code {ExitCode}";

    /// <summary>Runs the program. It is killed, with its children, when the wait is cancelled.</summary>
    /// <param name="program">What to run, and how.</param>
    /// <param name="input">What it reads from its standard input; null for nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Win32Exception">The program could not be started.</exception>
    public static async Task<CompletedProcess> RunAsync(ProgramCall program, string? input, CancellationToken cancellationToken)
    {
        using var process = Process.Start(program.ToStartInfo())!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new CompletedProcess(process.ExitCode, [.. (await output).Split('\n'), .. (await error).Split('\n')]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
