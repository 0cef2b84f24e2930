namespace Aspire.Dashboard.Telemetry;

/// <summary>Which traces to list. Everything that is not said matches.</summary>
public sealed record TraceQuery
{
    /// <summary>Only this lane.</summary>
    public Lane? Lane { get; init; }

    /// <summary>Only traces in which one of these took part; empty for all.</summary>
    public IReadOnlyCollection<TelemetryResource> Resources { get; init; } = [];

    /// <summary>Only traces with, or without, a failed span.</summary>
    public bool? HasError { get; init; }

    /// <summary>Only traces that took at least so long.</summary>
    public TimeSpan? MinDuration { get; init; }

    /// <summary>Only traces with a span that contains this text in its name, id or attributes.</summary>
    public string? Text
    {
        get;
        init
        {
            field = value;
            Search = TextSearch.For(value);
        }
    }

    /// <summary>Only traces further down the list than this place.</summary>
    public TraceCursor? After { get; init; }

    /// <summary>Leaves out so many of the newest.</summary>
    public int Skip { get; init; }

    /// <summary>At most so many; 100 by default.</summary>
    public int Limit { get; init; } = 100;

    internal TextSearch? Search { get; private init; }
}

/// <summary>A trace in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The root's name.</param>
/// <param name="Resource">The root's resource.</param>
/// <param name="Lane">Where it ran.</param>
/// <param name="StartNanos">When its first span began.</param>
/// <param name="EndNanos">When its last span ended.</param>
/// <param name="SpanCount">How many spans are kept of it.</param>
/// <param name="ErrorCount">How many of them failed.</param>
/// <param name="Shares">Who took part: the root's resource, then the others in order of appearance.</param>
public sealed record TraceSummary(TraceId Id, string Name, TelemetryResource Resource, Lane Lane, long StartNanos, long EndNanos, int SpanCount, int ErrorCount, IReadOnlyList<ResourceShare> Shares)
{
    /// <summary>The kind of job, where it is an attempt of one.</summary>
    public string? JobKind { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Start => UnixNanos.ToTime(StartNanos);

    /// <summary>From its first span's begin to its last span's end.</summary>
    public TimeSpan Duration => UnixNanos.ToDuration(EndNanos - StartNanos);
}

/// <summary>How many spans of a trace are a resource's.</summary>
public sealed record ResourceShare(TelemetryResource Resource, int SpanCount);

/// <summary>A part of a list, and how long all of it is.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, int TotalCount);

/// <summary>All that is kept of a trace, spans in order of their begin.</summary>
public sealed record TraceDetail(TraceSummary Summary, IReadOnlyList<TelemetrySpan> Spans);

/// <summary>Which spans to list. Everything that is not said matches.</summary>
public sealed record SpanQuery
{
    /// <summary>Only spans of this trace.</summary>
    public TraceId? TraceId { get; init; }

    /// <summary>Only spans of these; empty for all.</summary>
    public IReadOnlyCollection<TelemetryResource> Resources { get; init; } = [];

    /// <summary>Only failed, or only not failed, spans.</summary>
    public bool? HasError { get; init; }

    /// <summary>Only spans that contain this text in their name, id or attributes.</summary>
    public string? Text
    {
        get;
        init
        {
            field = value;
            Search = TextSearch.For(value);
        }
    }

    /// <summary>At most so many, the newest; 200 by default.</summary>
    public int Limit { get; init; } = 200;

    internal TextSearch? Search { get; private init; }

    internal bool Matches(TelemetrySpan span) =>
        (HasError is not { } hasError || (span.Status == SpanStatus.Error) == hasError)
        && (Resources.Count == 0 || Resources.Contains(span.Scope.Resource))
        && (Search is null || span.Matches(Search));
}
