using Aspire.Dashboard.Journeys;
using Aspire.Dashboard.Otlp;
using Aspire.Dashboard.Telemetry;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Tests.Journeys;

public sealed class JourneyTests
{
    private readonly TelemetryStore _store;
    private readonly TelemetryReader _reader;

    public JourneyTests()
    {
        var limits = new TelemetryLimits();
        _store = new TelemetryStore(limits, new ChangeNotes(TimeProvider.System));
        _reader = new TelemetryReader(_store, limits);
    }

    [Fact]
    public void Build_JoinsWhatRanAfterTheResponse()
    {
        AddRequest();
        _reader.Add(Sample.Traces(
            "api",
            Sample.Span(2, 20, 0, "post-response POST /register", 25, 3_030, ("forge.lane", "post_response")).LinkedTo(1, 10),
            Sample.Span(2, 21, 20, "task welcome-email", 25, 3_020),
            Sample.Span(2, 22, 20, "task audit", 3_021, 3_030)));

        var journey = Build(1)!;
        Assert.Equal(Time(20), journey.ResponseSentNanos);
        Assert.Equal(Time(3_030), journey.EndNanos);
        var track = Assert.Single(journey.Tracks);
        Assert.Equal((Lane.PostResponse, "post-response POST /register"), (track.Lane, track.Name));
        Assert.Equal(["wait Queued 20-25", "work 25-3030"], Describe(track));
    }

    [Fact]
    public void Build_JoinsTheAttemptsOfAJob_WithTheirGaps()
    {
        AddRequest();
        AddAttempt(3, 1, 120, 130, fails: true);
        AddAttempt(5, 3, 4_150, 4_160, fails: false);
        AddAttempt(4, 2, 1_140, 1_150, fails: true);

        var track = Assert.Single(Build(1)!.Tracks);
        Assert.Equal((Lane.Durable, "demo.fail", "job-1", new SpanId(11)), (track.Lane, track.Name, track.MessageId, track.FromSpanId));
        Assert.Equal(["wait Queued 15-120", "work 120-130", "wait Backoff 130-1140", "work 1140-1150", "wait Backoff 1150-4150", "work 4150-4160"], Describe(track));
        var attempts = track.Entries.OfType<JourneyWork>().ToList();
        Assert.Equal([1L, 2, 3], attempts.Select(attempt => attempt.Attempt));
        Assert.Equal([SpanStatus.Error, SpanStatus.Error, SpanStatus.Unset], attempts.Select(attempt => attempt.Root.Status));
    }

    [Fact]
    public void Build_FromAnyOfItsTraces_IsTheSameJourney()
    {
        AddRequest();
        AddAttempt(3, 1, 120, 130, fails: false);
        Assert.Equal(new TraceId(1), Build(3)!.Origin.Summary.Id);
        Assert.Single(Build(3)!.Tracks);
    }

    [Fact]
    public void Build_FollowsAJobThatWasSentAfterTheResponse()
    {
        AddRequest();
        _reader.Add(Sample.Traces(
            "api",
            Sample.Span(2, 20, 0, "post-response POST /register", 25, 40, ("forge.lane", "post_response")).LinkedTo(1, 10),
            Sample.Span(2, 21, 20, "send mail", 30, 32).OfKind(Span.Types.SpanKind.Producer)));
        _reader.Add(Sample.Traces("worker", Sample.Span(3, 30, 0, "process mail", 50, 60, ("forge.lane", "durable"), ("messaging.message.id", "job-2")).OfKind(Span.Types.SpanKind.Consumer).LinkedTo(2, 21)));

        Assert.Equal([Lane.PostResponse, Lane.Durable], Build(1)!.Tracks.Select(track => track.Lane));
        Assert.Equal(["wait Queued 32-50", "work 50-60"], Describe(Build(1)!.Tracks[1]));
    }

    [Fact]
    public void Build_WhenTheRequestIsGone_BeginsWithWhatIsLeft()
    {
        AddAttempt(3, 1, 120, 130, fails: false);
        var journey = Build(3)!;
        Assert.Equal(new TraceId(3), journey.Origin.Summary.Id);
        Assert.Null(journey.ResponseSentNanos);
        Assert.Empty(journey.Tracks);
    }

    [Fact]
    public void Build_WhenTracesLinkToEachOther_Ends()
    {
        _reader.Add(Sample.Traces("api", Sample.Span(1, 1, 0, "a", 0, 1).LinkedTo(2, 2), Sample.Span(2, 2, 0, "b", 2, 3).LinkedTo(1, 1)));
        Assert.Single(Build(1)!.Tracks);
    }

    private Journey? Build(ulong traceId) => new JourneyBuilder(_store.Traces).Build(new TraceId(traceId));

    private void AddRequest() => _reader.Add(Sample.Traces(
        "api",
        Sample.Span(1, 10, 0, "POST /register", 0, 20, ("forge.lane", "request")).OfKind(Span.Types.SpanKind.Server),
        Sample.Span(1, 11, 10, "send default", 10, 15).OfKind(Span.Types.SpanKind.Producer)));

    private void AddAttempt(ulong traceId, int attempt, double begin, double end, bool fails)
    {
        var span = Sample.Span(traceId, traceId, 0, "process default", begin, end, ("forge.lane", "durable"), ("forge.job.kind", "demo.fail"), ("forge.job.attempt", attempt), ("messaging.message.id", "job-1"))
            .OfKind(Span.Types.SpanKind.Consumer).LinkedTo(1, 11);
        _reader.Add(Sample.Traces("worker", fails ? span.Failed("as asked") : span));
    }

    private static IEnumerable<string> Describe(JourneyTrack track) => track.Entries.Select(entry => entry switch
    {
        JourneyWait wait => $"wait {wait.Reason} {Milliseconds(entry.BeginNanos)}-{Milliseconds(entry.EndNanos)}",
        _ => $"work {Milliseconds(entry.BeginNanos)}-{Milliseconds(entry.EndNanos)}",
    });

    private static long Time(double milliseconds) => (long)Sample.Nanos(milliseconds);

    private static long Milliseconds(long nanos) => (nanos - Time(0)) / 1_000_000;
}
