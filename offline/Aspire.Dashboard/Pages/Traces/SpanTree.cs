using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>Puts a trace's spans in the order of a waterfall: each before those below it, siblings by their begin.</summary>
internal static class SpanTree
{
    /// <summary>The spans with how deep they are. A span whose parent is not there is at the top; so is one of a circle, which only a broken sender makes.</summary>
    public static List<(TelemetrySpan Span, int Depth)> InOrder(IReadOnlyList<TelemetrySpan> spans)
    {
        var children = spans.ToLookup(span => span.ParentSpanId);
        var known = spans.Select(span => span.SpanId).ToHashSet();
        var seen = new HashSet<SpanId>();
        var ordered = new List<(TelemetrySpan, int)>(spans.Count);
        foreach (var top in spans.Where(span => !known.Contains(span.ParentSpanId)).Concat(spans))
        {
            AddWithChildren(top);
        }

        return ordered;

        // By a stack of its own: a trace may be deeper than the thread's.
        void AddWithChildren(TelemetrySpan top)
        {
            var next = new Stack<(TelemetrySpan Span, int Depth)>([(top, 0)]);
            while (next.TryPop(out var entry))
            {
                if (!seen.Add(entry.Span.SpanId))
                {
                    continue;
                }

                ordered.Add(entry);
                foreach (var child in children[entry.Span.SpanId].Reverse())
                {
                    next.Push((child, entry.Depth + 1));
                }
            }
        }
    }
}
