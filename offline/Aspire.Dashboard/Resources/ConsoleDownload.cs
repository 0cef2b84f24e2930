using System.Globalization;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Http;

namespace Aspire.Dashboard.Resources;

/// <summary>A process's kept output as a file of plain text.</summary>
internal static class ConsoleDownload
{
    public static IResult Create(BoardEntry entry, ResourceLoggerService logs, bool timestamps)
    {
        var lines = logs.KeptLines(entry.Id);
        return Results.Stream(body => WriteAsync(body, lines, timestamps), "text/plain; charset=utf-8", $"{entry.Id}.log");
    }

    private static async Task WriteAsync(Stream body, IReadOnlyList<LogLine> lines, bool timestamps)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        foreach (var line in lines)
        {
            if (timestamps)
            {
                await writer.WriteAsync(line.WrittenAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture));
            }

            await writer.WriteLineAsync(AnsiReader.PlainText(line.Content));
        }
    }
}
