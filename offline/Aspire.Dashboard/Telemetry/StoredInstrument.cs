namespace Aspire.Dashboard.Telemetry;

/// <summary>An instrument as the store keeps it; read and changed only under the store's lock.</summary>
internal sealed class StoredInstrument(ReceivedPoint first)
{
    private readonly Dictionary<string, StoredSeries> _series = [];

    public TelemetryScope Scope { get; } = first.Scope;

    public string Name { get; } = first.Name;

    public IEnumerable<StoredSeries> Series => _series.Values;

    public StoredSeries? Find(ReceivedPoint point) => _series.GetValueOrDefault(KeyOf(point.Attributes));

    public StoredSeries AddSeries(ReceivedPoint point) => _series[KeyOf(point.Attributes)] = new StoredSeries(point.Attributes, point.Bounds);

    public Instrument ToInstrument(bool withPoints) =>
        new(Scope, Name, first.Unit, first.Description, first.Kind, [.. _series.Values.Select(series => series.ToSeries(withPoints))]);

    private static string KeyOf(TelemetryAttribute[] attributes) =>
        attributes.Length == 0 ? "" : string.Join('\n', attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(attribute => $"{attribute.Key}={attribute.Value}"));
}

/// <summary>A series as the store keeps it. A value that stays the same makes its last point longer.</summary>
internal sealed class StoredSeries(TelemetryAttribute[] attributes, double[] bounds)
{
    private readonly Queue<MetricPoint> _points = [];
    private MetricPoint? _last;
    private bool _isCut;

    public int Count => _points.Count + (_last is null ? 0 : 1);

    /// <summary>Keeps a point, and says how many values more are kept.</summary>
    public int Add(MetricPoint point)
    {
        if (_last is not null && _last.Value.Equals(point.Value) && _last.Count == point.Count)
        {
            _last = _last with { EndNanos = Math.Max(_last.EndNanos, point.EndNanos) };
            return 0;
        }

        if (_last is not null)
        {
            _points.Enqueue(_last);
        }

        _last = point;
        return ValuesOf(point);
    }

    /// <summary>Lets the oldest point go, and says how many values fewer are kept.</summary>
    public int RemoveOldest()
    {
        _isCut = true;
        if (_points.TryDequeue(out var oldest))
        {
            return ValuesOf(oldest);
        }

        var values = _last is null ? 0 : ValuesOf(_last);
        _last = null;
        return values;
    }

    public MetricSeries ToSeries(bool withPoints) => new(attributes, bounds, withPoints ? [.. _points, .. _last is null ? (MetricPoint[])[] : [_last]] : []) { IsCut = _isCut };

    private static int ValuesOf(MetricPoint point) => 1 + point.Buckets.Length;
}
