namespace Aspire.Dashboard.Telemetry;

/// <summary>Keeps metrics in memory, up to the limits: the oldest values go first, new series beyond the limit are not kept.</summary>
public sealed class MetricStore(TelemetryLimits limits, ChangeNotes notes)
{
    // Ten minutes of a value that changes every second, which is how often the services send.
    private const int PointsPerSeries = 600;

    private readonly Lock _lock = new();
    private readonly Dictionary<(TelemetryScope Scope, string Name), StoredInstrument> _instruments = [];
    private int _seriesCount;
    private int _valueCount;
    private long _droppedCount;

    /// <summary>How many points had to go before their time, or were never kept, since the start.</summary>
    public long DroppedCount => Interlocked.Read(ref _droppedCount);

    /// <summary>Keeps points.</summary>
    internal void Add(IReadOnlyCollection<ReceivedPoint> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var point in points)
            {
                Add(point);
            }

            while (_valueCount > limits.MaxMetricValueCount)
            {
                TrimAll();
            }
        }

        notes.Note(ChangeTopic.Metrics);
    }

    /// <summary>Lists instruments without their values, by meter and name; the series say only how they are tagged.</summary>
    public IReadOnlyList<Instrument> Instruments(IReadOnlyCollection<TelemetryResource> resources)
    {
        lock (_lock)
        {
            return
            [
                .. _instruments.Values.Where(instrument => resources.Count == 0 || resources.Contains(instrument.Scope.Resource))
                    .OrderBy(instrument => instrument.Scope.Name, StringComparer.Ordinal).ThenBy(instrument => instrument.Name, StringComparer.Ordinal)
                    .Select(instrument => instrument.ToInstrument(withPoints: false)),
            ];
        }
    }

    /// <summary>An instrument of a resource with all that is kept of its values; null when there is none.</summary>
    public Instrument? Get(TelemetryResource resource, string meter, string name)
    {
        lock (_lock)
        {
            return _instruments.Values.FirstOrDefault(instrument => instrument.Scope.Resource == resource && instrument.Scope.Name == meter && instrument.Name == name)?.ToInstrument(withPoints: true);
        }
    }

    private void Add(ReceivedPoint point)
    {
        var key = (point.Scope, point.Name);
        if (!_instruments.TryGetValue(key, out var instrument))
        {
            if (_instruments.Count >= limits.MaxSeriesCount)
            {
                Interlocked.Increment(ref _droppedCount);
                return;
            }

            _instruments[key] = instrument = new StoredInstrument(point);
        }

        var series = instrument.Find(point);
        if (series is null)
        {
            if (_seriesCount >= limits.MaxSeriesCount)
            {
                Interlocked.Increment(ref _droppedCount);
                return;
            }

            series = instrument.AddSeries(point);
            _seriesCount++;
        }

        _valueCount += series.Add(point.Point);
        if (series.Count > PointsPerSeries)
        {
            _valueCount -= series.RemoveOldest();
        }
    }

    private void TrimAll()
    {
        foreach (var series in _instruments.Values.SelectMany(instrument => instrument.Series))
        {
            for (var surplus = (series.Count + 9) / 10; surplus > 0; surplus--)
            {
                _valueCount -= series.RemoveOldest();
                Interlocked.Increment(ref _droppedCount);
            }
        }
    }
}

/// <summary>A point on its way into the store.</summary>
internal sealed record ReceivedPoint(TelemetryScope Scope, string Name, string Unit, string Description, InstrumentKind Kind, TelemetryAttribute[] Attributes, double[] Bounds, MetricPoint Point);
