using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Metrics;

/// <summary>Series of one instrument that are drawn as one.</summary>
internal sealed class SeriesGroup(string name, IReadOnlyList<MetricSeries> series)
{
    private readonly List<SeriesGrowth> _growths = [.. series.Select(one => new SeriesGrowth(one))];

    // An instrument has the same bounds in all its series; one that differs cannot be added up.
    private readonly double[] _bounds = series.Count == 0 ? [] : series[0].Bounds;

    public string Name { get; } = name;

    /// <summary>How much there is of it, to draw the largest.</summary>
    public double Weight(long fromNanos, long toNanos, InstrumentKind kind) => kind switch
    {
        InstrumentKind.Histogram => Count(fromNanos, toNanos),
        InstrumentKind.Counter => Growth(fromNanos, toNanos),
        _ => Value(toNanos, long.MaxValue / 2, kind) ?? 0,
    };

    public double Growth(long fromNanos, long toNanos) => _growths.Sum(growth => growth.Between(fromNanos, toNanos));

    public bool HasBegun(long nanos) => series.Any(one => one.Points.Count > 0 && one.Points[0].BeginNanos <= nanos);

    public long Count(long fromNanos, long toNanos) => Buckets(fromNanos, toNanos).Sum();

    public double? Percentile(double share, long fromNanos, long toNanos) => Percentiles.Of(share, _bounds, Buckets(fromNanos, toNanos));

    /// <summary>The value at a moment: the highest of gauges, the sum of the others; null when nothing was heard for too long.</summary>
    public double? Value(long nanos, long staleNanos, InstrumentKind kind)
    {
        var values = series.Select(one => one.Points.LastOrDefault(point => point.BeginNanos <= nanos))
            .OfType<MetricPoint>().Where(point => nanos - point.EndNanos <= staleNanos).Select(point => point.Value).ToList();
        return values.Count == 0 ? null : kind == InstrumentKind.Gauge ? values.Max() : values.Sum();
    }

    private long[] Buckets(long fromNanos, long toNanos)
    {
        var buckets = new long[_bounds.Length + 1];
        for (var index = 0; index < series.Count; index++)
        {
            if (series[index].Bounds.AsSpan().SequenceEqual(_bounds))
            {
                _growths[index].AddBuckets(fromNanos, toNanos, buckets);
            }
        }

        return buckets;
    }
}
