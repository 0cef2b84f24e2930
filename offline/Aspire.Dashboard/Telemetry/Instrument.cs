namespace Aspire.Dashboard.Telemetry;

/// <summary>Something that is measured: a meter's instrument in one process.</summary>
/// <param name="Scope">The meter.</param>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit, such as <c>s</c>; may be empty.</param>
/// <param name="Description">What it measures; may be empty.</param>
/// <param name="Kind">What its values mean.</param>
/// <param name="Series">Its values, apart for every set of attributes.</param>
public sealed record Instrument(TelemetryScope Scope, string Name, string Unit, string Description, InstrumentKind Kind, IReadOnlyList<MetricSeries> Series);

/// <summary>What an instrument's values mean.</summary>
public enum InstrumentKind
{
    /// <summary>A total since the process began; its growth is what is of interest.</summary>
    Counter,

    /// <summary>A total that also falls, such as requests in flight.</summary>
    UpDownCounter,

    /// <summary>A value at a moment.</summary>
    Gauge,

    /// <summary>How many values lay in which range.</summary>
    Histogram,
}

/// <summary>The values of an instrument for one set of attributes, the oldest first.</summary>
/// <param name="Attributes">The set.</param>
/// <param name="Bounds">A histogram's upper bounds: one fewer than its buckets.</param>
/// <param name="Points">The values. A value that stays the same is one point that becomes longer.</param>
public sealed record MetricSeries(TelemetryAttribute[] Attributes, double[] Bounds, IReadOnlyList<MetricPoint> Points)
{
    /// <summary>Whether older values had to go: then the first that is left says nothing about its growth.</summary>
    public bool IsCut { get; init; }
}

/// <summary>A value of a metric.</summary>
/// <param name="BeginNanos">When it was first so.</param>
/// <param name="EndNanos">When it was last so.</param>
/// <param name="Value">The value; a histogram's sum.</param>
/// <param name="Count">How many values a histogram has taken since its process began; 0 for others.</param>
/// <param name="Buckets">How many of them lay in each range; empty for others.</param>
public sealed record MetricPoint(long BeginNanos, long EndNanos, double Value, long Count, long[] Buckets);
