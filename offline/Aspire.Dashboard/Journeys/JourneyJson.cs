using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Journeys;

/// <summary>A journey in JSON.</summary>
internal sealed record JourneyJson(string TraceId, string Name, string? Lane, string Resource, DateTimeOffset StartTime, DateTimeOffset EndTime, double DurationMs, DateTimeOffset? ResponseSentAt, IEnumerable<JourneyJson.Track> Tracks)
{
    public static JourneyJson From(Journey journey)
    {
        var origin = journey.Origin.Summary;
        return new JourneyJson(
            origin.Id.ToString(),
            origin.Name,
            origin.Lane.Name(),
            origin.Resource.Name,
            origin.Start,
            UnixNanos.ToTime(journey.EndNanos),
            origin.Duration.TotalMilliseconds,
            journey.ResponseSentNanos is { } sent ? UnixNanos.ToTime(sent) : null,
            journey.Tracks.Select(From));
    }

    private static Track From(JourneyTrack track) =>
        new(track.Lane.Name(), track.Name, track.MessageId, new Source(track.FromTraceId.ToString(), track.FromSpanId.ToString()), track.Entries.Select(From));

    private static Entry From(JourneyEntry entry) => entry switch
    {
        JourneyWork work => new Entry("work", work)
        {
            TraceId = work.Trace.Summary.Id.ToString(),
            Resource = work.Root.Scope.Resource.Name,
            Name = work.Root.Name,
            Attempt = work.Attempt,
            Failed = work.Root.Status == SpanStatus.Error || work.Trace.Summary.ErrorCount > 0,
            Error = work.Root.Status == SpanStatus.Error ? Error(work.Root) : null,
            Spans = work.Trace.Spans.Where(span => !span.IsRoot).Select(span => new Step(span.SpanId.ToString(), span.Name, UnixNanos.ToTime(span.StartNanos), span.Duration.TotalMilliseconds, span.Status == SpanStatus.Error)),
        },
        JourneyWait wait => new Entry("wait", wait) { Reason = wait.Reason == WaitReason.Backoff ? "backoff" : "queued" },
        _ => throw new InvalidOperationException($"Unknown entry {entry.GetType().Name}."),
    };

    private static string Error(TelemetrySpan span) =>
        span.StatusMessage.Length > 0 ? span.StatusMessage : span.Attributes.Find("error.type").ToString();

    internal sealed record Track(string? Lane, string Name, string? MessageId, Source From, IEnumerable<Entry> Entries);

    internal sealed record Source(string TraceId, string SpanId);

    internal sealed record Step(string SpanId, string Name, DateTimeOffset StartTime, double DurationMs, bool Failed);

    internal sealed record Entry(string Type, DateTimeOffset StartTime, DateTimeOffset EndTime, double DurationMs)
    {
        public Entry(string type, JourneyEntry entry)
            : this(type, UnixNanos.ToTime(entry.BeginNanos), UnixNanos.ToTime(entry.EndNanos), entry.Duration.TotalMilliseconds)
        {
        }

        public string? Reason { get; init; }

        public string? TraceId { get; init; }

        public string? Resource { get; init; }

        public string? Name { get; init; }

        public long? Attempt { get; init; }

        public bool? Failed { get; init; }

        public string? Error { get; init; }

        public IEnumerable<Step>? Spans { get; init; }
    }
}
