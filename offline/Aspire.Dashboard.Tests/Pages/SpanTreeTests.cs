using Aspire.Dashboard.Pages.Traces;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Tests.Pages;

public sealed class SpanTreeTests
{
    private static readonly TelemetryScope Scope = new(new TelemetryResource("api", "1", []), "Sample", "");

    [Fact]
    public void Spans_StandBelowTheirParents_InOrderOfTheirBegin()
    {
        var ordered = SpanTree.InOrder([Span(1, 0), Span(3, 1), Span(4, 3), Span(2, 1)]);

        Assert.Equal([(1UL, 0), (3UL, 1), (4UL, 2), (2UL, 1)], Ids(ordered));
    }

    [Fact]
    public void SpanWithoutItsParent_StandsAtTheTop() => Assert.Equal([(2UL, 0), (3UL, 1)], Ids(SpanTree.InOrder([Span(2, 77), Span(3, 2)])));

    [Fact]
    public void Circle_IsShownOnce() => Assert.Equal([(1UL, 0), (2UL, 1)], Ids(SpanTree.InOrder([Span(1, 2), Span(2, 1)])));

    [Fact]
    public void DeepTrace_TakesNoStack()
    {
        var ordered = SpanTree.InOrder([.. Enumerable.Range(1, 20_000).Select(id => Span((ulong)id, (ulong)id - 1))]);

        Assert.Equal(19_999, ordered[^1].Depth);
    }

    private static IEnumerable<(ulong, int)> Ids(IEnumerable<(TelemetrySpan Span, int Depth)> ordered) => ordered.Select(entry => (entry.Span.SpanId.Value, entry.Depth));

    private static TelemetrySpan Span(ulong id, ulong parent) =>
        new() { Scope = Scope, Name = "span", TraceId = new TraceId(1), SpanId = new SpanId(id), ParentSpanId = new SpanId(parent) };
}
