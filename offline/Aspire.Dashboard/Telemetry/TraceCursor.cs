using System.Globalization;

namespace Aspire.Dashboard.Telemetry;

/// <summary>A place in the list of traces, which stays the same place when new ones come. Written as <c>nanoseconds-traceId</c>.</summary>
/// <param name="StartNanos">When the trace at this place began.</param>
/// <param name="Id">Its id, which tells it from others that began in the same moment.</param>
public sealed record TraceCursor(long StartNanos, TraceId Id)
{
    /// <summary>Reads a cursor; false for anything else.</summary>
    public static bool TryParse(string? text, out TraceCursor? cursor)
    {
        cursor = text?.Split('-') is [var start, var id] && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var nanos) && TraceId.TryParse(id, out var traceId)
            ? new TraceCursor(nanos, traceId)
            : null;
        return cursor is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{StartNanos}-{Id}");

    internal bool IsBefore(StoredTrace trace) => trace.StartNanos < StartNanos || (trace.StartNanos == StartNanos && trace.Id.Value < Id.Value);
}
