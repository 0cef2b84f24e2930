using Aspire.Dashboard.Pages.Metrics;

namespace Aspire.Dashboard.Tests.Pages;

public sealed class PercentilesTests
{
    private static readonly double[] Bounds = [1, 2, 4];

    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(0.25, 1)]
    [InlineData(0.75, 3)]
    [InlineData(1, 4)]
    public void Percentile_LiesEvenlyWithinItsBucket(double share, double expected) =>
        Assert.Equal(expected, Percentiles.Of(share, Bounds, [1, 1, 2, 0])!.Value, precision: 6);

    [Fact]
    public void BeyondTheLastBound_IsThatBound() => Assert.Equal(4, Percentiles.Of(0.5, Bounds, [0, 0, 0, 9]));

    [Fact]
    public void NothingMeasured_HasNone() => Assert.Null(Percentiles.Of(0.5, Bounds, [0, 0, 0, 0]));
}
