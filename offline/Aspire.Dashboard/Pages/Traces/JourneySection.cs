using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>A lane of its own in the picture of a journey: the trace that it began with, the post-response work, or all attempts of a job.</summary>
/// <param name="Id">The element's id.</param>
/// <param name="Lane">Where it ran.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Summary">How it went, in a few words.</param>
/// <param name="BeginNanos">When it, or the waiting for it, began.</param>
/// <param name="EndNanos">When it ended.</param>
/// <param name="IsOpened">Whether the trace that was asked for is in it.</param>
/// <param name="Rows">Spans and waiting.</param>
/// <param name="HiddenCount">How many spans are not shown, to keep the page small.</param>
internal sealed record JourneySection(string Id, Lane Lane, string Name, string Summary, long BeginNanos, long EndNanos, bool IsOpened, IReadOnlyList<JourneyRow> Rows, int HiddenCount)
{
    /// <summary>Its bars in the overview: the roots and the waiting between.</summary>
    public IEnumerable<JourneyRow> Outline => Rows.Where(row => row is WaitRow or SpanRow { Depth: 0 });
}

/// <summary>A row of a section.</summary>
internal abstract record JourneyRow(long BeginNanos, long EndNanos);

/// <summary>Nothing ran.</summary>
/// <param name="BeginNanos">Since when.</param>
/// <param name="EndNanos">Until when.</param>
/// <param name="Text">What was waited for.</param>
internal sealed record WaitRow(long BeginNanos, long EndNanos, string Text) : JourneyRow(BeginNanos, EndNanos);

/// <summary>A span.</summary>
/// <param name="Span">The span.</param>
/// <param name="Depth">How far it is below the root.</param>
internal sealed record SpanRow(TelemetrySpan Span, int Depth) : JourneyRow(Span.StartNanos, Span.EndNanos)
{
    /// <summary>The service, where it is another than the parent's; null at the top, where the section says it.</summary>
    public string? Resource { get; init; }

    /// <summary>Which attempt of its job it is.</summary>
    public long? Attempt { get; init; }

    /// <summary>What went wrong; null when nothing did, or when an attempt's root says it already.</summary>
    public string? Error { get; init; }

    /// <summary>The sections that came of it.</summary>
    public IReadOnlyList<JourneySection> Followers { get; init; } = [];

    /// <summary>Whether it sent a job of which no attempt has ended yet.</summary>
    public bool IsWaitedFor { get; init; }

    /// <summary>Whether it failed.</summary>
    public bool HasFailed => Span.Status == SpanStatus.Error;

    /// <summary>What identifies its element.</summary>
    public string ElementId => $"s{Span.TraceId}{Span.SpanId}";
}
