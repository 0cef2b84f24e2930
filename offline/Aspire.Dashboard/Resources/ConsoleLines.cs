using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Resources;

/// <summary>A process's output, as it comes.</summary>
internal static class ConsoleLines
{
    private const string EventType = "lines";

    // A page draws that many between two frames without stalling.
    private const int MostAtOnce = 500;

    /// <summary>The kept lines after a number, then each as it comes, in batches. An event's id is the number of its last line: a browser that connects again goes on from there.</summary>
    public static async IAsyncEnumerable<SseItem<IReadOnlyList<ConsoleLine>>> WatchAsync(ResourceLoggerService logs, string resourceId, int after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // At once, so that a browser knows that it is connected, also where nothing was ever written.
        yield return new SseItem<IReadOnlyList<ConsoleLine>>([], EventType);
        var reader = new ConsoleLineReader();
        await foreach (var lines in logs.WatchAsync(resourceId).WithCancellation(cancellationToken))
        {
            foreach (var batch in lines.Select(reader.Read).Where(line => line.Number > after).Chunk(MostAtOnce))
            {
                yield return new SseItem<IReadOnlyList<ConsoleLine>>(batch, EventType) { EventId = $"{batch[^1].Number}" };
            }
        }
    }
}

/// <summary>Makes lines readable. Colours last over lines, apart for each of the two outputs.</summary>
internal sealed class ConsoleLineReader
{
    // No line is worth more to a reader; the downloaded text has all of it.
    private const int LongestLine = 16 * 1024;

    private readonly AnsiReader _output = new();
    private readonly AnsiReader _errors = new();

    public ConsoleLine Read(LogLine line)
    {
        var content = line.Content.Length <= LongestLine ? line.Content : $"{line.Content.AsSpan(0, LongestLine)} … ({line.Content.Length - LongestLine:N0} more characters)";
        var pieces = (line.IsErrorMessage ? _errors : _output).Read(content);
        return new ConsoleLine(line.LineNumber, line.WrittenAt, string.Concat(pieces.Select(piece => piece.Text)), line.IsErrorMessage, pieces.Any(piece => piece.Style is not null) ? pieces : null);
    }
}

/// <summary>A line of output.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="At">When it came.</param>
/// <param name="Text">Plain text.</param>
/// <param name="IsError">Whether it went to the error output.</param>
/// <param name="Pieces">The same text in pieces with the styles that its process gave it; absent where it gave none.</param>
internal sealed record ConsoleLine(
    int Number,
    DateTimeOffset At,
    string Text,
    bool IsError,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<StyledText>? Pieces);
