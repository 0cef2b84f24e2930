using Aspire.Dashboard.Pages.Metrics;

namespace Aspire.Dashboard.Tests.Pages;

public sealed class ChartScaleTests
{
    [Theory]
    [InlineData(7, new[] { 8.0, 6, 4, 2, 0 })]
    [InlineData(0.031, new[] { 0.04, 0.03, 0.02, 0.01, 0 })]
    [InlineData(0, new[] { 1, 0.75, 0.5, 0.25, 0 })]
    public void Ticks_AreRound_AndHoldTheHighest(double highest, double[] expected) =>
        Assert.All(new ChartScale(highest, 0).Ticks.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, precision: 9));

    [Fact]
    public void Path_HasGapsWhereValuesAreMissing_AndDotsWhereTheyStandAlone()
    {
        var scale = new ChartScale(4, 0);

        Assert.Equal("M450 200L600 0", scale.Path([4, null, 0, 4]));
        Assert.Equal("M150 0h0", scale.Dots([4, null, 0, 4]));
    }
}
