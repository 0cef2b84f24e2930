namespace Aspire.Dashboard.Telemetry;

/// <summary>Keeps traces in memory, up to the limits: the trace that came first goes first, as a whole.</summary>
public sealed class TraceStore(TelemetryLimits limits, ChangeNotes notes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TraceId, StoredTrace> _traces = [];
    private readonly Queue<StoredTrace> _arrivals = [];
    private readonly Dictionary<TraceId, HashSet<TelemetrySpan>> _linkingTo = [];
    private long _bytes;
    private int _spanCount;
    private long _droppedCount;

    /// <summary>How many spans are kept.</summary>
    public int SpanCount => Volatile.Read(ref _spanCount);

    /// <summary>How many spans had to go, or were never kept, since the start.</summary>
    public long DroppedCount => Interlocked.Read(ref _droppedCount);

    /// <summary>Keeps spans. One that is there already (a sender that repeats itself) is left as it is.</summary>
    public void Add(IReadOnlyCollection<TelemetrySpan> spans)
    {
        if (spans.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var span in spans)
            {
                Add(span);
            }

            Trim();
        }

        notes.Note(ChangeTopic.Traces);
    }

    /// <summary>Lists traces, the one that began last first.</summary>
    public Page<TraceSummary> Find(TraceQuery query)
    {
        lock (_lock)
        {
            var matching = Matching(query);
            return new Page<TraceSummary>([.. matching.Skip(query.Skip).Take(query.Limit).Select(trace => trace.Summarize())], matching.Count);
        }
    }

    /// <summary>Lists traces with all their spans, the one that began last first.</summary>
    public Page<TraceDetail> FindDetails(TraceQuery query)
    {
        lock (_lock)
        {
            var matching = Matching(query);
            return new Page<TraceDetail>([.. matching.Skip(query.Skip).Take(query.Limit).Select(Detail)], matching.Count);
        }
    }

    /// <summary>All that is kept of a trace; null when nothing is.</summary>
    public TraceDetail? Get(TraceId id)
    {
        lock (_lock)
        {
            return _traces.TryGetValue(id, out var trace) ? Detail(trace) : null;
        }
    }

    /// <summary>The spans of other traces that link to spans of a trace, in order of their begin.</summary>
    public IReadOnlyList<TelemetrySpan> LinkingTo(TraceId id)
    {
        lock (_lock)
        {
            return _linkingTo.TryGetValue(id, out var spans) ? [.. spans.OrderBy(span => span.StartNanos)] : [];
        }
    }

    /// <summary>Lists spans: the newest that match, the oldest of them first.</summary>
    public Page<TelemetrySpan> FindSpans(SpanQuery query)
    {
        var matching = new List<TelemetrySpan>();
        lock (_lock)
        {
            IEnumerable<StoredTrace> traces = query.TraceId is not { } id ? _traces.Values
                : _traces.TryGetValue(id, out var trace) ? [trace] : [];
            foreach (var candidate in traces)
            {
                matching.AddRange(candidate.Spans.Where(query.Matches));
            }
        }

        matching.Sort((left, right) => left.StartNanos.CompareTo(right.StartNanos));
        return new Page<TelemetrySpan>(matching.Count > query.Limit ? matching[^query.Limit..] : matching, matching.Count);
    }

    private static TraceDetail Detail(StoredTrace trace) => new(trace.Summarize(), [.. trace.Spans.OrderBy(span => span.StartNanos)]);

    private List<StoredTrace> Matching(TraceQuery query)
    {
        var matching = new List<StoredTrace>(_traces.Count);
        matching.AddRange(_traces.Values.Where(trace => trace.Matches(query)));
        matching.Sort((left, right) => right.StartNanos.CompareTo(left.StartNanos) is var order and not 0 ? order : right.Id.Value.CompareTo(left.Id.Value));
        return matching;
    }

    private void Add(TelemetrySpan span)
    {
        if (!_traces.TryGetValue(span.TraceId, out var trace))
        {
            _traces[span.TraceId] = trace = new StoredTrace(span.TraceId);
            _arrivals.Enqueue(trace);
        }

        if (trace.Contains(span.SpanId))
        {
            return;
        }

        if (trace.Spans.Count >= limits.MaxSpansPerTrace)
        {
            Interlocked.Increment(ref _droppedCount);
            return;
        }

        trace.Add(span);
        _spanCount++;
        _bytes += span.Bytes;
        foreach (var linked in span.Links.Select(link => link.TraceId).Where(linked => linked != span.TraceId).Distinct())
        {
            if (!_linkingTo.TryGetValue(linked, out var linking))
            {
                _linkingTo[linked] = linking = [];
            }

            linking.Add(span);
        }
    }

    private void Trim()
    {
        while (_spanCount > limits.MaxSpanCount || _bytes > limits.MaxBytes)
        {
            var oldest = _arrivals.Dequeue();
            _traces.Remove(oldest.Id);
            _spanCount -= oldest.Spans.Count;
            _bytes -= oldest.Bytes;
            Interlocked.Add(ref _droppedCount, oldest.Spans.Count);
            foreach (var span in oldest.Spans)
            {
                Unlink(span);
            }
        }
    }

    private void Unlink(TelemetrySpan span)
    {
        foreach (var link in span.Links)
        {
            if (_linkingTo.TryGetValue(link.TraceId, out var linking) && linking.Remove(span) && linking.Count == 0)
            {
                _linkingTo.Remove(link.TraceId);
            }
        }
    }
}
