using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Metrics;

/// <summary>A series of totals as its growth: a process that begins anew begins at zero, which is no fall.</summary>
internal sealed class SeriesGrowth
{
    private readonly MetricSeries _series;
    private readonly double[] _totals;
    private readonly long[][] _buckets;

    public SeriesGrowth(MetricSeries series)
    {
        _series = series;
        var points = series.Points;
        _totals = new double[points.Count];
        _buckets = new long[points.Count][];
        for (var index = 0; index < points.Count; index++)
        {
            var point = points[index];
            var before = index == 0 ? null : points[index - 1];
            var isNew = before is null || IsBehind(point, before);
            _totals[index] = index == 0 ? (series.IsCut ? 0 : point.Value) : _totals[index - 1] + point.Value - (isNew ? 0 : before!.Value);
            _buckets[index] = new long[point.Buckets.Length];
            for (var bucket = 0; bucket < point.Buckets.Length; bucket++)
            {
                var grown = index == 0 && series.IsCut ? 0 : point.Buckets[bucket] - (isNew ? 0 : before!.Buckets.ElementAtOrDefault(bucket));
                _buckets[index][bucket] = grown + (index == 0 ? 0 : _buckets[index - 1].ElementAtOrDefault(bucket));
            }
        }
    }

    /// <summary>How much the value, or a histogram's sum, grew.</summary>
    public double Between(long fromNanos, long toNanos) => Total(IndexAt(toNanos)) - Total(IndexAt(fromNanos));

    /// <summary>How many values came into each bucket of a histogram; added to what is there.</summary>
    public void AddBuckets(long fromNanos, long toNanos, long[] buckets)
    {
        var (from, to) = (IndexAt(fromNanos), IndexAt(toNanos));
        for (var bucket = 0; bucket < buckets.Length && to >= 0; bucket++)
        {
            buckets[bucket] += _buckets[to].ElementAtOrDefault(bucket) - (from < 0 ? 0 : _buckets[from].ElementAtOrDefault(bucket));
        }
    }

    private static bool IsBehind(MetricPoint point, MetricPoint before) =>
        point.Buckets.Length > 0 ? point.Count < before.Count : point.Value < before.Value;

    private double Total(int index) => index < 0 ? 0 : _totals[index];

    /// <summary>The last point that had begun by then; -1 when none had.</summary>
    private int IndexAt(long nanos)
    {
        var (low, high) = (0, _series.Points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _series.Points[middle].BeginNanos <= nanos ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
