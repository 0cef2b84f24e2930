using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Metrics;

/// <summary>A line of a chart: a value for each step, null where there is none.</summary>
internal sealed record ChartLine(string Name, IReadOnlyList<double?> Values);

/// <summary>A row of the table below a chart.</summary>
/// <param name="Name">Which group of series it is about.</param>
/// <param name="Figures">Its figures over the whole window, in the order of the table's heads.</param>
internal sealed record ChartRow(string Name, IReadOnlyList<string> Figures);

/// <summary>An instrument over a stretch of time: a counter's growth in a second, a gauge's value, a histogram's percentiles.</summary>
internal sealed class MetricChart
{
    /// <summary>How many lines are drawn at most; the table has all groups.</summary>
    public const int MaxLines = 8;

    private const int Steps = 60;
    private static readonly long StaleNanos = UnixNanos.FromTime(DateTimeOffset.UnixEpoch.AddSeconds(30));

    private readonly Instrument _instrument;
    private readonly MetricUnit _unit;
    private readonly double _percentile;
    private readonly long _stepNanos;

    /// <param name="instrument">What is drawn, with only the series that are wanted.</param>
    /// <param name="groupBy">The attribute whose values are drawn apart; null to draw all series as one.</param>
    /// <param name="percentile">Which percentile is drawn where groups are drawn apart, 0 to 1.</param>
    /// <param name="window">How long back.</param>
    /// <param name="now">The end.</param>
    public MetricChart(Instrument instrument, string? groupBy, double percentile, TimeSpan window, DateTimeOffset now)
    {
        _instrument = instrument;
        _unit = new MetricUnit(instrument.Unit);
        _percentile = percentile;
        _stepNanos = window.Ticks * 100 / Steps;
        // On whole steps, so that a picture that moves on is the same picture, moved.
        ToNanos = UnixNanos.FromTime(now) / _stepNanos * _stepNanos;
        FromNanos = ToNanos - (_stepNanos * Steps);
        var groups = instrument.Series
            .GroupBy(series => groupBy is null ? "" : series.Attributes.Find(groupBy).ToString())
            .Select(group => new SeriesGroup(group.Key.Length > 0 ? group.Key : groupBy is null ? "all" : "(none)", [.. group]))
            .OrderByDescending(group => group.Weight(FromNanos, ToNanos, instrument.Kind)).ThenBy(group => group.Name, StringComparer.Ordinal)
            .ToList();
        Lines = [.. LinesOf(groups, isApart: groupBy is not null)];
        Heads = HeadsOf(instrument.Kind);
        Rows = [.. groups.Select(group => new ChartRow(group.Name, FiguresOf(group)))];
        Scale = new ChartScale(Lines.SelectMany(line => line.Values).Max() ?? 0, Lines.SelectMany(line => line.Values).Min() ?? 0);
    }

    public long FromNanos { get; }

    public long ToNanos { get; }

    public IReadOnlyList<ChartLine> Lines { get; }

    public IReadOnlyList<string> Heads { get; }

    public IReadOnlyList<ChartRow> Rows { get; }

    public ChartScale Scale { get; }

    public bool IsEmpty => Lines.All(line => line.Values.All(value => value is null));

    /// <summary>What the lines are, in words.</summary>
    public string Caption => _instrument.Kind switch
    {
        InstrumentKind.Counter => $"{Noun("Growth")} per second",
        InstrumentKind.Histogram => "Percentiles",
        InstrumentKind.Gauge => Noun("Value, the highest where series are drawn as one"),
        _ => Noun("Value"),
    };

    /// <summary>A value as the axis shows it.</summary>
    public string Text(double value) => _instrument.Kind == InstrumentKind.Counter ? _unit.Rate(value) : _unit.Text(value);

    private string Noun(string what) => _unit.Noun.Length == 0 ? what : $"{what} ({_unit.Noun})";

    private IEnumerable<ChartLine> LinesOf(List<SeriesGroup> groups, bool isApart) => _instrument.Kind == InstrumentKind.Histogram && !isApart
        ? ((double Share, string Name)[])[(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] is var shares && groups is [var all]
            ? shares.Select(share => new ChartLine(share.Name, Sample((from, to) => all.Percentile(share.Share, from, to))))
            : []
        : groups.Take(MaxLines).Select(group => new ChartLine(group.Name, _instrument.Kind switch
        {
            InstrumentKind.Histogram => Sample((from, to) => group.Percentile(_percentile, from, to)),
            InstrumentKind.Counter => Sample((from, to) => group.HasBegun(to) ? group.Growth(from, to) * 1e9 / _stepNanos : null),
            _ => Sample((_, to) => group.Value(to, StaleNanos, _instrument.Kind)),
        }));

    private double?[] Sample(Func<long, long, double?> valueOf) =>
        [.. Enumerable.Range(0, Steps).Select(step => valueOf(FromNanos + (step * _stepNanos), FromNanos + ((step + 1) * _stepNanos)))];

    private static IReadOnlyList<string> HeadsOf(InstrumentKind kind) => kind switch
    {
        InstrumentKind.Histogram => ["Count", "Mean", "p50", "p95", "p99"],
        InstrumentKind.Counter => ["Growth", "Per second, mean", "Per second, last"],
        _ => ["Last", "Lowest", "Highest"],
    };

    private IReadOnlyList<string> FiguresOf(SeriesGroup group)
    {
        switch (_instrument.Kind)
        {
            case InstrumentKind.Histogram:
                var count = group.Count(FromNanos, ToNanos);
                return [Human.Count(count), Shown(count == 0 ? null : group.Growth(FromNanos, ToNanos) / count), .. ((double[])[0.5, 0.95, 0.99]).Select(share => Shown(group.Percentile(share, FromNanos, ToNanos)))];
            case InstrumentKind.Counter:
                var growth = group.Growth(FromNanos, ToNanos);
                return [_unit.Text(growth), _unit.Rate(growth * 1e9 / (ToNanos - FromNanos)), _unit.Rate(group.Growth(ToNanos - _stepNanos, ToNanos) * 1e9 / _stepNanos)];
            default:
                var values = Sample((_, to) => group.Value(to, StaleNanos, _instrument.Kind));
                return [Shown(values[^1]), Shown(values.Min()), Shown(values.Max())];
        }
    }

    private string Shown(double? value) => value is { } known ? _unit.Text(known) : "–";
}
