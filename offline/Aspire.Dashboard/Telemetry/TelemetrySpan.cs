namespace Aspire.Dashboard.Telemetry;

/// <summary>A span as it was received. Never changed after that, so it can be read without a lock.</summary>
public sealed class TelemetrySpan
{
    /// <summary>What made it.</summary>
    public required TelemetryScope Scope { get; init; }

    /// <summary>Its trace.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>Its id.</summary>
    public required SpanId SpanId { get; init; }

    /// <summary>The span it is below; <see cref="Telemetry.SpanId.None"/> for a root.</summary>
    public SpanId ParentSpanId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Which side of a call it is.</summary>
    public SpanKind Kind { get; init; }

    /// <summary>How it ended.</summary>
    public SpanStatus Status { get; init; }

    /// <summary>What was said about an error; usually empty.</summary>
    public string StatusMessage { get; init; } = "";

    /// <summary>When it began, in nanoseconds since 1970.</summary>
    public long StartNanos { get; init; }

    /// <summary>When it ended, in nanoseconds since 1970; never before its start.</summary>
    public long EndNanos { get; init; }

    /// <summary>Its attributes.</summary>
    public TelemetryAttribute[] Attributes { get; init; } = [];

    /// <summary>What happened while it ran, such as exceptions.</summary>
    public SpanEvent[] Events { get; init; } = [];

    /// <summary>Spans elsewhere that it belongs with.</summary>
    public SpanLink[] Links { get; init; } = [];

    /// <summary>The W3C trace state; usually empty.</summary>
    public string TraceState { get; init; } = "";

    /// <summary>The W3C trace flags, and whether the parent is remote.</summary>
    public uint Flags { get; init; }

    /// <summary>What it roughly costs in memory.</summary>
    internal int Bytes { get; init; }

    /// <summary>Whether nothing is above it.</summary>
    public bool IsRoot => ParentSpanId == SpanId.None;

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => UnixNanos.ToDuration(EndNanos - StartNanos);

    /// <summary>The lane that it names itself; a span below another usually names none.</summary>
    public Lane Lane => Lanes.Parse(Attributes.Find(Lanes.AttributeKey).Text);

    /// <summary>Whether its name, ids, status or attributes contain a text, regardless of case.</summary>
    internal bool Matches(TextSearch search) =>
        search.IsIn(Name) || search.IsIn(StatusMessage) || search.IsIn(Attributes) || search.Is(SpanId);
}

/// <summary>Something that happened at one moment of a span.</summary>
public sealed record SpanEvent(string Name, long TimeNanos, TelemetryAttribute[] Attributes);

/// <summary>A link to a span elsewhere.</summary>
public sealed record SpanLink(TraceId TraceId, SpanId SpanId, string TraceState, uint Flags, TelemetryAttribute[] Attributes);

/// <summary>Which side of a call a span is; the numbers are OTLP's.</summary>
public enum SpanKind : byte
{
    /// <summary>Not said.</summary>
    Unspecified = 0,

    /// <summary>Neither: work inside a process.</summary>
    Internal = 1,

    /// <summary>Answers a call.</summary>
    Server = 2,

    /// <summary>Makes a call.</summary>
    Client = 3,

    /// <summary>Sends a message.</summary>
    Producer = 4,

    /// <summary>Handles a message.</summary>
    Consumer = 5,
}

/// <summary>How a span ended; the numbers are OTLP's.</summary>
public enum SpanStatus : byte
{
    /// <summary>Nothing was said, which is how most things that went well end.</summary>
    Unset = 0,

    /// <summary>It was said that all went well.</summary>
    Ok = 1,

    /// <summary>It failed.</summary>
    Error = 2,
}
