namespace Aspire.Dashboard.Telemetry;

/// <summary>A log line with its parts as it was received.</summary>
public sealed class TelemetryLog
{
    /// <summary>What wrote it; the scope's name is the log's category.</summary>
    public required TelemetryScope Scope { get; init; }

    /// <summary>When it was written, in nanoseconds since 1970.</summary>
    public long TimeNanos { get; init; }

    /// <summary>How severe it is, in OTLP's numbers: 1–4 trace, 5–8 debug, 9–12 information, 13–16 warning, 17–20 error, 21–24 critical.</summary>
    public int SeverityNumber { get; init; }

    /// <summary>How severe its writer called it.</summary>
    public string SeverityText { get; init; } = "";

    /// <summary>The message.</summary>
    public AttributeValue Body { get; init; }

    /// <summary>The event's name; empty when it has none.</summary>
    public string EventName { get; init; } = "";

    /// <summary>The message's values, and those of the scopes around it.</summary>
    public TelemetryAttribute[] Attributes { get; init; } = [];

    /// <summary>The trace it was written in; <see cref="Telemetry.TraceId.None"/> outside of any.</summary>
    public TraceId TraceId { get; init; }

    /// <summary>The span it was written in.</summary>
    public SpanId SpanId { get; init; }

    /// <summary>The W3C trace flags.</summary>
    public uint Flags { get; init; }

    /// <summary>What it roughly costs in memory.</summary>
    internal int Bytes { get; init; }

    /// <summary>Counts up with every line that is received; tells what is new.</summary>
    public long Number { get; internal set; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset Time => UnixNanos.ToTime(TimeNanos);

    /// <summary>The message as it is shown.</summary>
    public string Message => Body.ToString();

    /// <summary>Whether its message, category, event or attributes contain a text, regardless of case.</summary>
    internal bool Matches(TextSearch search) =>
        search.IsIn(Body) || search.IsIn(Scope.Name) || search.IsIn(EventName) || search.IsIn(Attributes);
}

/// <summary>Which log lines to list. Everything that is not said matches.</summary>
public sealed record LogQuery
{
    /// <summary>Only lines of these; empty for all.</summary>
    public IReadOnlyCollection<TelemetryResource> Resources { get; init; } = [];

    /// <summary>Only lines that are at least so severe, in OTLP's numbers.</summary>
    public int MinSeverity { get; init; }

    /// <summary>Only lines of this trace.</summary>
    public TraceId? TraceId { get; init; }

    /// <summary>Only lines of this span.</summary>
    public SpanId? SpanId { get; init; }

    /// <summary>Only lines that contain this text.</summary>
    public string? Text
    {
        get;
        init
        {
            field = value;
            Search = TextSearch.For(value);
        }
    }

    /// <summary>Only lines that came after the one with this number.</summary>
    public long AfterNumber { get; init; }

    /// <summary>Only lines that came before the one with this number.</summary>
    public long BeforeNumber { get; init; } = long.MaxValue;

    /// <summary>Leaves out so many of the newest.</summary>
    public int Skip { get; init; }

    /// <summary>At most so many, the newest; 200 by default.</summary>
    public int Limit { get; init; } = 200;

    /// <summary>The least severe number of a level's name (trace, debug, information, warning, error, critical); 0 for anything else.</summary>
    public static int SeverityOf(string? level) => level?.ToLowerInvariant() switch
    {
        "trace" => 1,
        "debug" => 5,
        "information" or "info" => 9,
        "warning" or "warn" => 13,
        "error" => 17,
        "critical" or "fatal" => 21,
        _ => 0,
    };

    internal TextSearch? Search { get; private init; }

    internal bool Matches(TelemetryLog log) =>
        log.Number > AfterNumber
        && log.Number < BeforeNumber
        && log.SeverityNumber >= MinSeverity
        && (TraceId is not { } traceId || log.TraceId == traceId)
        && (SpanId is not { } spanId || log.SpanId == spanId)
        && (Resources.Count == 0 || Resources.Contains(log.Scope.Resource))
        && (Search is null || log.Matches(Search));
}
