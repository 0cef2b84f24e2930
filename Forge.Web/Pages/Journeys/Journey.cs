namespace Forge.Web.Pages.Journeys;

/// <summary>
/// A request and what came of it. The request's own track comes first, and is missing when the dashboard no longer keeps it. The response was
/// sent when the request's server span ended. The sent jobs are those that the request itself enqueued.
/// </summary>
internal sealed record Journey(IReadOnlyList<JourneyTrack> Tracks, bool HasRequest, long? SentAt, IReadOnlyList<Guid> SentJobs)
{
    // More rows are no picture any more, and what is deeper is no trace of ours.
    private const int MaxRows = 600;
    private const int MaxDepth = 32;

    public long Start => Tracks.Min(track => track.Start);

    public long End => Tracks.Max(track => track.End);

    /// <summary>Joins the traces by their links. The spans are in order of their start; null when there is none that begins a trace.</summary>
    public static Journey? From(string requestTrace, IReadOnlyList<DashboardSpan> spans)
    {
        var byId = spans.ToDictionary(span => span.Id);
        var pieces = spans.GroupBy(span => span.Id.Trace).Select(InOrder).Where(piece => piece.Count > 0).ToList();
        var roots = pieces.ConvertAll(piece => piece[0].Span);
        var begun = roots.Select(root => root.JobId).ToHashSet();
        var request = roots.Find(root => root.Id.Trace == requestTrace);
        var rowsLeft = MaxRows;

        // The pieces of a job are its attempts.
        var tracks = pieces
            .OrderBy(piece => piece[0].Span != request)
            .ThenBy(piece => piece[0].Span.Start)
            .GroupBy(piece => piece[0].Span == request ? "" : piece[0].Span.JobId?.ToString() ?? piece[0].Span.Id.Trace)
            .Select(TrackOf)
            .ToList();
        var sent = spans.Where(span => span.Id.Trace == requestTrace || span.Otlp.Links?.Any(link => link.TraceId == requestTrace) == true);
        return tracks.Count == 0 ? null : new Journey(
            tracks, request is not null, request?.IsServer == true ? request.End : null, [.. sent.Select(span => span.JobId).OfType<Guid>().Distinct()]);

        JourneyTrack TrackOf(IEnumerable<List<(DashboardSpan Span, int Depth)>> pieces)
        {
            var rows = new List<JourneyRow>();
            var (first, free, hidden) = (pieces.First()[0].Span, 0L, 0);
            foreach (var piece in pieces)
            {
                var root = piece[0].Span;
                if (rows.Count == 0)
                {
                    free = root.Otlp.Links is [{ TraceId: { } trace, SpanId: { } span }, ..] && byId.TryGetValue((trace, span), out var cause) ? cause.End : root.Start;
                }

                if (root.Start > free)
                {
                    rows.Add(JourneyRow.Wait(free, root.Start, root["forge.job.attempt"]));
                }

                // The root is always shown.
                var shown = Math.Clamp(rowsLeft, 1, piece.Count);
                (rowsLeft, hidden) = (rowsLeft - shown, hidden + piece.Count - shown);
                rows.AddRange(piece.Take(shown).Select(entry => JourneyRow.Of(entry.Span, entry.Depth, root.Service, begun)));
                free = Math.Max(free, piece.Max(entry => entry.Span.End));
            }

            return new JourneyTrack(first, rows, hidden);
        }
    }

    /// <summary>Each span before those below it, siblings by their start. One whose parent is not there is at the top.</summary>
    private static List<(DashboardSpan Span, int Depth)> InOrder(IEnumerable<DashboardSpan> trace)
    {
        var known = trace.Select(span => span.Id.Span).ToHashSet();
        var children = trace.ToLookup(span => span.Otlp.ParentSpanId is { } parent && known.Contains(parent) ? parent : "");
        var ordered = new List<(DashboardSpan, int)>();
        AddBelow("", 0);
        return ordered;

        void AddBelow(string parent, int depth)
        {
            foreach (var span in depth < MaxDepth ? children[parent] : [])
            {
                ordered.Add((span, depth));
                AddBelow(span.Id.Span, depth + 1);
            }
        }
    }
}

/// <summary>The request, its post-response work, or all attempts of a job: spans and the waiting between them.</summary>
internal sealed record JourneyTrack(DashboardSpan Root, IReadOnlyList<JourneyRow> Rows, int HiddenCount)
{
    public long Start { get; } = Rows.Min(row => row.Start);

    public long End { get; } = Rows.Max(row => row.End);

    public string Name => (JobId is null ? null : Root["forge.job.kind"]) ?? Root.Otlp.Name ?? "";

    public Guid? JobId => Root.JobId;

    /// <summary>The class that colours the lane, and the lane's word.</summary>
    public (string Class, string Word) Lane => Root["forge.lane"] switch
    {
        "post_response" => ("lane-post", "Post-response"),
        "durable" => ("lane-durable", "Durable"),
        _ => ("lane-request", "Request"),
    };

    /// <summary>The track in one line: roots and waiting.</summary>
    public IReadOnlyList<JourneyRow> Outline => [.. Rows.Where(row => row.Depth == 0)];
}

/// <summary>A span, or a stretch in which nothing ran. <paramref name="Note"/> is the service where it is not the root's, or what is missing.</summary>
internal sealed record JourneyRow(string Name, int Depth, long Start, long End, string BarClass, bool IsAttempt = false, string? Note = null, string? Error = null)
{
    public const string WaitClass = "wait";

    public static JourneyRow Wait(long start, long end, string? attempt) =>
        new(attempt is null or "1" ? "Waiting to start" : $"Waiting for attempt {attempt}", 0, start, end, WaitClass);

    public static JourneyRow Of(DashboardSpan span, int depth, string rootService, HashSet<Guid?> begun)
    {
        var attempt = depth == 0 && span.JobId is not null ? span["forge.job.attempt"] : null;
        var note = depth > 0 && span.JobId is { } job && !begun.Contains(job) ? "no attempt has ended yet" : span.Service == rootService ? null : span.Service;
        var barClass = span.Error is not null ? "failed" : depth == 0 ? "root" : "";
        return new(attempt is null ? span.Otlp.Name ?? "" : $"Attempt {attempt}", depth, span.Start, span.End, barClass, attempt is not null, note, span.Error);
    }
}
