using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Journeys;

/// <summary>A request with everything that came of it: in its own trace, after its response, and as jobs.</summary>
/// <param name="Origin">The trace that it began with.</param>
/// <param name="ResponseSentNanos">When the response had been sent: the end of the origin's server span; null when it does not begin with a request.</param>
/// <param name="Tracks">What followed, in order of its first entry.</param>
public sealed record Journey(TraceDetail Origin, long? ResponseSentNanos, IReadOnlyList<JourneyTrack> Tracks)
{
    /// <summary>When the last of it ended.</summary>
    public long EndNanos => Tracks.SelectMany(track => track.Entries).Select(entry => entry.EndNanos).Append(Origin.Summary.EndNanos).Max();
}

/// <summary>One thing that followed: the post-response work of a request, or all attempts of a job.</summary>
/// <param name="Lane">Where it ran.</param>
/// <param name="Name">What it is called.</param>
/// <param name="MessageId">The job's id; null for post-response work.</param>
/// <param name="FromTraceId">The trace that it came from.</param>
/// <param name="FromSpanId">The span that it came from: the request's, or the one that sent the job.</param>
/// <param name="Entries">Work and waiting in turn, in order of time.</param>
public sealed record JourneyTrack(Lane Lane, string Name, string? MessageId, TraceId FromTraceId, SpanId FromSpanId, IReadOnlyList<JourneyEntry> Entries);

/// <summary>A stretch of a track.</summary>
public abstract record JourneyEntry(long BeginNanos, long EndNanos)
{
    /// <summary>How long it took.</summary>
    public TimeSpan Duration => UnixNanos.ToDuration(EndNanos - BeginNanos);
}

/// <summary>Nothing ran.</summary>
/// <param name="BeginNanos">Since when.</param>
/// <param name="EndNanos">Until when.</param>
/// <param name="Reason">What for.</param>
public sealed record JourneyWait(long BeginNanos, long EndNanos, WaitReason Reason) : JourneyEntry(BeginNanos, EndNanos);

/// <summary>A trace of work.</summary>
/// <param name="Trace">The trace.</param>
/// <param name="Root">Its root span.</param>
/// <param name="Attempt">Which attempt of the job it was; null for post-response work.</param>
public sealed record JourneyWork(TraceDetail Trace, TelemetrySpan Root, long? Attempt) : JourneyEntry(Trace.Summary.StartNanos, Trace.Summary.EndNanos);

/// <summary>What is waited for.</summary>
public enum WaitReason
{
    /// <summary>For a free place, or for the time that it was put off to.</summary>
    Queued,

    /// <summary>For the next attempt after a failed one.</summary>
    Backoff,
}
