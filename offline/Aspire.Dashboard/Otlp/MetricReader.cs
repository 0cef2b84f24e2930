using Aspire.Dashboard.Telemetry;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;

namespace Aspire.Dashboard.Otlp;

/// <summary>Takes over the metrics of one meter.</summary>
internal sealed class MetricReader(TelemetryScope scope, StringPool pool, TelemetryLimits limits)
{
    private const int MaxBuckets = 256;

    /// <summary>Adds the points of a metric, and says how many cannot be kept.</summary>
    public int Read(Metric metric, List<ReceivedPoint> points)
    {
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Sum:
                var kind = metric.Sum.IsMonotonic ? InstrumentKind.Counter : InstrumentKind.UpDownCounter;
                points.AddRange(metric.Sum.DataPoints.Select(point => Number(metric, kind, point)));
                return 0;
            case Metric.DataOneofCase.Gauge:
                points.AddRange(metric.Gauge.DataPoints.Select(point => Number(metric, InstrumentKind.Gauge, point)));
                return 0;
            case Metric.DataOneofCase.Histogram:
                var wellFormed = metric.Histogram.DataPoints.Where(IsWellFormed).Select(point => Distribution(metric, point)).ToList();
                points.AddRange(wellFormed);
                return metric.Histogram.DataPoints.Count - wellFormed.Count;
            case Metric.DataOneofCase.ExponentialHistogram:
                return metric.ExponentialHistogram.DataPoints.Count;
            case Metric.DataOneofCase.Summary:
                return metric.Summary.DataPoints.Count;
            default:
                return 0;
        }
    }

    private static bool IsWellFormed(HistogramDataPoint point) =>
        point.BucketCounts.Count <= MaxBuckets && (point.BucketCounts.Count == 0 ? point.ExplicitBounds.Count == 0 : point.BucketCounts.Count == point.ExplicitBounds.Count + 1);

    private ReceivedPoint Number(Metric metric, InstrumentKind kind, NumberDataPoint point)
    {
        var time = UnixNanos.Clamp(point.TimeUnixNano);
        var value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble;
        return Received(metric, kind, point.Attributes, [], new MetricPoint(time, time, value, Count: 0, Buckets: []));
    }

    private ReceivedPoint Distribution(Metric metric, HistogramDataPoint point)
    {
        var time = UnixNanos.Clamp(point.TimeUnixNano);
        long[] buckets = [.. point.BucketCounts.Select(count => (long)Math.Min(count, long.MaxValue))];
        return Received(metric, InstrumentKind.Histogram, point.Attributes, [.. point.ExplicitBounds], new MetricPoint(time, time, point.Sum, (long)Math.Min(point.Count, long.MaxValue), buckets));
    }

    private ReceivedPoint Received(Metric metric, InstrumentKind kind, RepeatedField<KeyValue> attributes, double[] bounds, MetricPoint point)
    {
        var reader = new AttributeReader(pool, limits);
        return new ReceivedPoint(scope, reader.Text(metric.Name), reader.Text(metric.Unit), reader.Text(metric.Description), kind, reader.Attributes(attributes), bounds, point);
    }
}
