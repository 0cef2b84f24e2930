namespace Aspire.Dashboard.Telemetry;

/// <summary>A trace as the store keeps it; read and changed only under the store's lock.</summary>
internal sealed class StoredTrace(TraceId id)
{
    public TraceId Id { get; } = id;

    public List<TelemetrySpan> Spans { get; } = [];

    public long StartNanos { get; private set; } = long.MaxValue;

    public long EndNanos { get; private set; }

    public int ErrorCount { get; private set; }

    public Lane Lane { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The root; until it has come (a root ends last), the span that began first.</summary>
    public TelemetrySpan? Root { get; private set; }

    public bool Contains(SpanId spanId)
    {
        foreach (var span in Spans)
        {
            if (span.SpanId == spanId)
            {
                return true;
            }
        }

        return false;
    }

    public void Add(TelemetrySpan span)
    {
        Spans.Add(span);
        Bytes += span.Bytes;
        StartNanos = Math.Min(StartNanos, span.StartNanos);
        EndNanos = Math.Max(EndNanos, span.EndNanos);
        ErrorCount += span.Status == SpanStatus.Error ? 1 : 0;
        if (Root is null || (span.IsRoot, -span.StartNanos).CompareTo((Root.IsRoot, -Root.StartNanos)) > 0)
        {
            Root = span;
        }

        var lane = span.Lane;
        if (lane != Lane.None && (Lane == Lane.None || span == Root))
        {
            Lane = lane;
        }
    }

    public bool Matches(TraceQuery query) =>
        (query.Lane is not { } lane || Lane == lane)
        && (query.After is not { } place || place.IsBefore(this))
        && (query.HasError is not { } hasError || ErrorCount > 0 == hasError)
        && (query.MinDuration is not { } shortest || UnixNanos.ToDuration(EndNanos - StartNanos) >= shortest)
        && (query.Resources.Count == 0 || Spans.Exists(span => query.Resources.Contains(span.Scope.Resource)))
        && (query.Search is not { } search || search.IsIn(Id) || Spans.Exists(span => span.Matches(search)));

    public TraceSummary Summarize() => new(
        Id,
        Root!.Name,
        Root.Scope.Resource,
        Lane,
        StartNanos,
        EndNanos,
        Spans.Count,
        ErrorCount,
        [.. Spans.CountBy(span => span.Scope.Resource).OrderByDescending(entry => entry.Key == Root.Scope.Resource).Select(entry => new ResourceShare(entry.Key, entry.Value))])
    {
        JobKind = Root.Kind == SpanKind.Consumer ? Root.Attributes.Find("forge.job.kind").Text : null,
    };
}
