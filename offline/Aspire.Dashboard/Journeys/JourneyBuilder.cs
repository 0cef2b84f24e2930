using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Journeys;

/// <summary>Joins traces by their links: back to the trace that began it all, and from there to all that came of it.</summary>
public sealed class JourneyBuilder(TraceStore traces)
{
    // A chain or a fan that is longer is cut, not followed without end.
    private const int MaxDepth = 16;
    private const int MaxTraces = 500;

    /// <summary>The journey that a trace is part of; null when nothing is kept of the trace.</summary>
    public Journey? Build(TraceId traceId)
    {
        if (traces.Get(traceId) is not { } trace)
        {
            return null;
        }

        var origin = OriginOf(trace);
        var tracks = new List<JourneyTrack>();
        AddTracks(origin, tracks, [origin.Summary.Id], depth: 0);
        var server = origin.Spans.FirstOrDefault(span => span is { IsRoot: true, Kind: SpanKind.Server });
        return new Journey(origin, server?.EndNanos, [.. tracks.OrderBy(track => track.Entries[0].BeginNanos)]);
    }

    private static TelemetrySpan RootOf(TraceDetail trace) => trace.Spans.FirstOrDefault(span => span.IsRoot) ?? trace.Spans[0];

    private static string? MessageIdOf(TelemetrySpan span) =>
        span.Kind == SpanKind.Consumer && span.Attributes.Find("messaging.message.id") is { Kind: not AttributeKind.Empty } id ? id.ToString() : null;

    private TraceDetail OriginOf(TraceDetail trace)
    {
        var seen = new HashSet<TraceId>();
        for (var depth = 0; depth < MaxDepth && seen.Add(trace.Summary.Id); depth++)
        {
            // What it was caused by may be gone already; then it begins here.
            if (RootOf(trace).Links is not [var cause, ..] || seen.Contains(cause.TraceId) || traces.Get(cause.TraceId) is not { } before)
            {
                break;
            }

            trace = before;
        }

        return trace;
    }

    private void AddTracks(TraceDetail from, List<JourneyTrack> tracks, HashSet<TraceId> seen, int depth)
    {
        if (depth >= MaxDepth)
        {
            return;
        }

        var followers = new List<(TelemetrySpan Root, SpanLink Link, TraceDetail Trace)>();
        foreach (var root in traces.LinkingTo(from.Summary.Id).Where(span => span.IsRoot))
        {
            if (seen.Count < MaxTraces && traces.Get(root.TraceId) is { } trace && seen.Add(root.TraceId))
            {
                followers.Add((root, root.Links.First(link => link.TraceId == from.Summary.Id), trace));
            }
        }

        foreach (var follower in followers.GroupBy(follower => MessageIdOf(follower.Root) ?? follower.Root.TraceId.ToString()))
        {
            var pieces = follower.OrderBy(piece => piece.Root.StartNanos).ToList();
            tracks.Add(Track(from, pieces[0].Link, [.. pieces.Select(piece => (piece.Root, piece.Trace))]));
            foreach (var piece in pieces)
            {
                AddTracks(piece.Trace, tracks, seen, depth + 1);
            }
        }
    }

    private static JourneyTrack Track(TraceDetail from, SpanLink link, IReadOnlyList<(TelemetrySpan Root, TraceDetail Trace)> pieces)
    {
        var first = pieces[0].Root;
        var entries = new List<JourneyEntry>();
        var free = from.Spans.FirstOrDefault(span => span.SpanId == link.SpanId)?.EndNanos ?? first.StartNanos;
        foreach (var (root, trace) in pieces)
        {
            if (root.StartNanos > free)
            {
                entries.Add(new JourneyWait(free, root.StartNanos, entries.Count == 0 ? WaitReason.Queued : WaitReason.Backoff));
            }

            entries.Add(new JourneyWork(trace, root, root.Attributes.Find("forge.job.attempt").Whole));
            free = Math.Max(free, trace.Summary.EndNanos);
        }

        var name = first.Attributes.Find("forge.job.kind").Text ?? first.Name;
        return new JourneyTrack(pieces[0].Trace.Summary.Lane, name, MessageIdOf(first), link.TraceId, link.SpanId, entries);
    }
}
