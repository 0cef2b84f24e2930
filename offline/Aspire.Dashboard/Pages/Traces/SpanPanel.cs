using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>What is shown of a selected span.</summary>
/// <param name="Span">The span.</param>
/// <param name="TraceBeginNanos">When its trace began.</param>
/// <param name="LogCount">How many log lines were written in it.</param>
/// <param name="LinkedFrom">Spans of other traces that link to it.</param>
internal sealed record SpanPanel(TelemetrySpan Span, long TraceBeginNanos, int LogCount, IReadOnlyList<TelemetrySpan> LinkedFrom)
{
    /// <summary>A span of a trace, or the trace's root; null when it is not there.</summary>
    public static SpanPanel? Find(TelemetryStore store, TraceId traceId, SpanId? spanId)
    {
        if (store.Traces.Get(traceId) is not { } trace)
        {
            return null;
        }

        var span = spanId is null
            ? trace.Spans.FirstOrDefault(candidate => candidate.IsRoot) ?? trace.Spans[0]
            : trace.Spans.FirstOrDefault(candidate => candidate.SpanId == spanId);
        return span is null ? null : new SpanPanel(
            span,
            trace.Summary.StartNanos,
            store.Logs.Find(new LogQuery { TraceId = traceId, SpanId = span.SpanId, Limit = 0 }).TotalCount,
            [.. store.Traces.LinkingTo(traceId).Where(linking => linking.Links.Any(link => link.TraceId == traceId && link.SpanId == span.SpanId))]);
    }
}
