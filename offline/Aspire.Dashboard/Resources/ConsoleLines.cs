using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Resources;

/// <summary>A process's output, as it comes.</summary>
internal static class ConsoleLines
{
    /// <summary>The lines that are kept, then each as it comes, in batches.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<ConsoleLine>> WatchAsync(ResourceLoggerService logs, string resourceId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var lines in logs.WatchAsync(resourceId).WithCancellation(cancellationToken))
        {
            yield return [.. lines.Select(line => new ConsoleLine(line.LineNumber, line.Content, line.IsErrorMessage))];
        }
    }
}

/// <summary>A line of output.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="Text">The line, with the colours (ANSI) that its process gave it.</param>
/// <param name="IsError">Whether it went to the error output.</param>
internal sealed record ConsoleLine(int Number, string Text, bool IsError);
