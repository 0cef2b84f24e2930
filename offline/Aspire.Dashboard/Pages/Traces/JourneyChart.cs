using System.Globalization;
using Aspire.Dashboard.Journeys;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>A journey as it is drawn: a section for each thing that ran, all on one axis of time, each able to have one of its own.</summary>
internal sealed class JourneyChart
{
    /// <summary>How many sections the overview has at most.</summary>
    public const int MaxOverview = 16;

    /// <summary>How deep names are indented at most.</summary>
    public const int MaxIndent = 8;

    private const int MaxRowsOfTrace = 500;
    private const int MaxRows = 3_000;

    // What would have less of the common axis than this is drawn on one of its own at first.
    private const double LeastShare = 0.15;

    private readonly Dictionary<(TraceId, SpanId), List<JourneySection>> _followers = [];
    private readonly TraceId _opened;
    private int _rowsLeft = MaxRows;

    public JourneyChart(Journey journey, TraceId opened)
    {
        _opened = opened;
        Journey = journey;
        var tracks = new List<JourneySection>();
        // From the end: what came of a piece of work is known before the work's own row is made.
        for (var index = journey.Tracks.Count; index > 0; index--)
        {
            var track = journey.Tracks[index - 1];
            var section = Section($"lane-{index}", track);
            tracks.Insert(0, section);
            var key = (track.FromTraceId, track.FromSpanId);
            _followers[key] = [section, .. _followers.GetValueOrDefault(key) ?? []];
        }

        Sections = [Origin(journey), .. tracks];
    }

    public Journey Journey { get; }

    public IReadOnlyList<JourneySection> Sections { get; }

    public TimeAxis Whole => new(Journey.Origin.Summary.StartNanos, Journey.EndNanos);

    /// <summary>Whether a section begins with an axis of its own.</summary>
    public bool Fits(JourneySection section) => section.EndNanos - section.BeginNanos < LeastShare * (Whole.ToNanos - Whole.FromNanos);

    /// <summary>The axis that a section begins with.</summary>
    public TimeAxis AxisOf(JourneySection section) => Fits(section) ? Own(section) : Whole;

    /// <summary>Microseconds since the journey began, for the script that draws on other axes.</summary>
    public string? Micros(long? nanos) => ((nanos - Whole.FromNanos) / 1e3)?.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>The words beside the line of the response, or in its place where the axis begins after it.</summary>
    public string SentText(TimeAxis axis) =>
        Journey.ResponseSentNanos is not { } sent ? ""
        : sent < axis.FromNanos ? $"◂ response sent {Human.Duration(axis.FromNanos - sent)} before"
        : $"response sent +{Human.Duration(sent - Whole.FromNanos)}";

    public static string BarClass(JourneyRow row) => row switch
    {
        WaitRow => "bar wait",
        SpanRow { HasFailed: true } => "bar failed",
        SpanRow { Depth: 0 } => "bar root",
        _ => "bar",
    };

    /// <summary>Waiting is hatched; what runs is filled by its class.</summary>
    public static string? Fill(JourneySection section, JourneyRow row) =>
        row is WaitRow ? $"url(#waiting-{section.Lane.Name() ?? "none"})" : null;

    // Room at its end for the line that says that the response was sent.
    private static TimeAxis Own(JourneySection section) =>
        new(section.BeginNanos, section.EndNanos + Math.Max(1, (section.EndNanos - section.BeginNanos) / 25));

    private JourneySection Origin(Journey journey)
    {
        var (summary, spans) = (journey.Origin.Summary, journey.Origin.Spans);
        var rows = new List<JourneyRow>();
        var hidden = AddSpans(rows, spans, attempt: null);
        var text = $"{summary.Resource.Name} · {Human.Duration(summary.Duration)}";
        return new JourneySection("lane-0", summary.Lane, summary.Name, text, summary.StartNanos, summary.EndNanos, summary.Id == _opened, rows, hidden);
    }

    private JourneySection Section(string id, JourneyTrack track)
    {
        var rows = new List<JourneyRow>();
        var hidden = 0;
        for (var index = 0; index < track.Entries.Count; index++)
        {
            switch (track.Entries[index])
            {
                case JourneyWait wait:
                    rows.Add(new WaitRow(wait.BeginNanos, wait.EndNanos, TextOf(wait, track.Entries.ElementAtOrDefault(index + 1) as JourneyWork)));
                    break;
                case JourneyWork work:
                    hidden += AddSpans(rows, work.Trace.Spans, work.Attempt);
                    break;
            }
        }

        var works = track.Entries.OfType<JourneyWork>().ToList();
        var isOpened = works.Exists(work => work.Trace.Summary.Id == _opened);
        return new JourneySection(id, track.Lane, track.Name, SummaryOf(track, works), track.Entries[0].BeginNanos, works.Max(work => work.EndNanos), isOpened, rows, hidden);
    }

    private static string TextOf(JourneyWait wait, JourneyWork? next) => wait.Reason switch
    {
        WaitReason.Backoff => next?.Attempt is { } attempt ? $"Backoff before attempt {attempt}" : "Backoff",
        _ => "Waiting for its turn",
    };

    private static string SummaryOf(JourneyTrack track, List<JourneyWork> works)
    {
        var resource = works[0].Root.Scope.Resource.Name;
        var ran = Human.Duration(works.Sum(work => (double)(work.EndNanos - work.BeginNanos)));
        var failed = works.Count(work => work.Root.Status == SpanStatus.Error);
        return track.MessageId is null
            ? $"{resource} · ran {ran}"
            : $"{resource} · {Human.Count(works.Count, "attempt")}{(failed == 0 ? "" : $", {failed} failed")} · ran {ran}";
    }

    /// <summary>Adds a trace's rows, and says how many it had to leave out.</summary>
    private int AddSpans(List<JourneyRow> rows, IReadOnlyList<TelemetrySpan> spans, long? attempt)
    {
        var ordered = SpanTree.InOrder(spans);
        var byId = spans.ToDictionary(span => span.SpanId);
        // The root is always shown.
        var shown = Math.Min(ordered.Count, Math.Max(1, Math.Min(MaxRowsOfTrace, _rowsLeft)));
        foreach (var (span, depth) in ordered.Take(shown))
        {
            var parent = byId.GetValueOrDefault(span.ParentSpanId);
            var followers = _followers.GetValueOrDefault((span.TraceId, span.SpanId)) ?? [];
            rows.Add(new SpanRow(span, depth)
            {
                Resource = depth == 0 || parent?.Scope.Resource == span.Scope.Resource ? null : span.Scope.Resource.Name,
                Attempt = depth == 0 ? attempt : null,
                Error = depth == 0 || parent?.Status != SpanStatus.Error ? Failure.Of(span) : null,
                Followers = followers,
                IsWaitedFor = followers.Count == 0 && IsSendOfJob(span),
            });
        }

        _rowsLeft -= shown;
        return ordered.Count - shown;
    }

    private static bool IsSendOfJob(TelemetrySpan span) =>
        span.Kind == SpanKind.Producer && span.Attributes.Find("messaging.system").Text == "forge";
}
