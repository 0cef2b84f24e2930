using Aspire.Dashboard.Otlp;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Tests.Telemetry;

public sealed class StoreBoundsTests
{
    [Fact]
    public void Traces_WhenThereAreTooManySpans_LoseTheOldestWhole()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxSpanCount = 10 });
        for (ulong trace = 1; trace <= 6; trace++)
        {
            reader.Add(Sample.Traces("api", Sample.Span(trace, trace * 10, 0, $"trace {trace}", trace, trace + 1), Sample.Span(trace, (trace * 10) + 1, trace * 10, "below", trace, trace + 1)));
        }

        var kept = store.Traces.Find(new TraceQuery());
        Assert.Equal(["trace 6", "trace 5", "trace 4", "trace 3", "trace 2"], kept.Items.Select(trace => trace.Name));
        Assert.Equal((5, 10, 2L), (kept.TotalCount, store.Traces.SpanCount, store.Traces.DroppedCount));
    }

    [Fact]
    public void Traces_WhenTheyCostTooMuch_LoseTheOldest()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxBytes = 100_000 });
        for (ulong trace = 1; trace <= 20; trace++)
        {
            reader.Add(Sample.Traces("api", Sample.Span(trace, 1, 0, $"trace {trace}", 0, 1, ("text", new string((char)('a' + trace), 10_000)))));
        }

        Assert.InRange(store.Traces.SpanCount, 1, 5);
        Assert.Equal(20, store.Traces.SpanCount + store.Traces.DroppedCount);
        Assert.NotNull(store.Traces.Get(new TraceId(20)));
    }

    [Fact]
    public void Traces_WhenOneHasTooManySpans_LoseItsFurtherOnes()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxSpansPerTrace = 3 });
        reader.Add(Sample.Traces("api", Enumerable.Range(1, 5).Select(number => Sample.Span(1, (ulong)number, 0, "span", number, number))));
        Assert.Equal((3, 2L), (store.Traces.SpanCount, store.Traces.DroppedCount));
    }

    [Fact]
    public void Traces_WhenASpanComesTwice_KeepItOnce()
    {
        var (store, reader) = Create(new TelemetryLimits());
        reader.Add(Sample.Traces("api", Sample.Span(1, 2, 0, "first", 0, 5)));
        reader.Add(Sample.Traces("api", Sample.Span(1, 2, 0, "again", 0, 5)));
        Assert.Equal("first", Assert.Single(store.Traces.FindSpans(new SpanQuery()).Items).Name);
    }

    [Fact]
    public void Traces_WhenTheLinkingOneGoes_ForgetTheLink()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxSpanCount = 2 });
        reader.Add(Sample.Traces("api", Sample.Span(2, 1, 0, "linking", 0, 1).LinkedTo(1, 1)));
        Assert.Equal("linking", Assert.Single(store.Traces.LinkingTo(new TraceId(1))).Name);
        reader.Add(Sample.Traces("api", Sample.Span(3, 1, 0, "a", 0, 1), Sample.Span(4, 1, 0, "b", 0, 1)));
        Assert.Empty(store.Traces.LinkingTo(new TraceId(1)));
    }

    [Fact]
    public void Logs_WhenThereAreTooMany_LoseTheOldest()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxLogCount = 3 });
        reader.Add(Sample.Logs("api", Enumerable.Range(1, 5).Select(number => Sample.Log($"line {number}"))));
        Assert.Equal(["line 3", "line 4", "line 5"], store.Logs.Find(new LogQuery()).Items.Select(log => log.Message));
        Assert.Equal(2, store.Logs.DroppedCount);
    }

    [Fact]
    public void Metrics_WhenThereAreTooManySeries_KeepTheFirst()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxSeriesCount = 3 });
        reader.Add(Sample.Metrics("api", Enumerable.Range(1, 5).Select(number => Sample.Counter("count", 0, 1, ("number", number)))));
        Assert.Equal(3, Assert.Single(store.Metrics.Instruments([])).Series.Count);
        Assert.Equal(2, store.Metrics.DroppedCount);
    }

    [Fact]
    public void Metrics_WhenAValueStays_KeepOnePointThatBecomesLonger()
    {
        var (store, reader) = Create(new TelemetryLimits());
        foreach (var (time, value) in (ReadOnlySpan<(double, double)>)[(0, 1), (1_000, 1), (2_000, 1), (3_000, 2)])
        {
            reader.Add(Sample.Metrics("api", Sample.Counter("count", time, value)));
        }

        var resource = Assert.Single(store.Resources.All);
        var points = Assert.Single(store.Metrics.Get(resource, "Sample.Meter", "count")!.Series).Points;
        Assert.Equal([(1.0, 2_000_000_000L), (2.0, 0L)], points.Select(point => (point.Value, point.EndNanos - point.BeginNanos)));
    }

    [Fact]
    public void Metrics_WhenThereAreTooManyValues_LoseTheOldest()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxMetricValueCount = 100 });
        for (var time = 0; time < 500; time++)
        {
            reader.Add(Sample.Metrics("api", Sample.Counter("count", time, time), Sample.Counter("other", time, time)));
        }

        var resource = Assert.Single(store.Resources.All);
        var points = store.Metrics.Get(resource, "Sample.Meter", "count")!.Series[0].Points;
        Assert.InRange(points.Count, 30, 100);
        Assert.Equal(499, points[^1].Value);
        Assert.True(store.Metrics.DroppedCount > 0);
    }

    [Fact]
    public void Attributes_BeyondTheirBounds_AreCut()
    {
        var (store, reader) = Create(new TelemetryLimits { MaxAttributeCount = 2, MaxAttributeLength = 5 });
        reader.Add(Sample.Traces("api", Sample.Span(1, 2, 0, "GET /", 0, 5, ("a", "123456789"), ("b", true), ("c", 3))));
        var span = Assert.Single(store.Traces.FindSpans(new SpanQuery()).Items);
        Assert.Equal([("a", "12345"), ("b", "true")], span.Attributes.Select(attribute => (attribute.Key, attribute.Value.ToString())));
    }

    private static (TelemetryStore Store, TelemetryReader Reader) Create(TelemetryLimits limits)
    {
        var store = new TelemetryStore(limits, new ChangeNotes(TimeProvider.System));
        return (store, new TelemetryReader(store, limits));
    }
}
