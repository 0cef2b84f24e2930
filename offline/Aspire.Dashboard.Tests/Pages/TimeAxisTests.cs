using Aspire.Dashboard.Pages;
using Aspire.Dashboard.Pages.Traces;

namespace Aspire.Dashboard.Tests.Pages;

public sealed class TimeAxisTests
{
    private const long Origin = 1_000_000_007;

    [Theory]
    [InlineData(0, 3_890_000_000, new[] { "0 ms", "1 s", "2 s", "3 s" })]
    [InlineData(0, 201_000_000, new[] { "0 ms", "50 ms", "100 ms", "150 ms", "200 ms" })]
    [InlineData(194_000_000, 480_000_000, new[] { "200 ms", "300 ms", "400 ms" })]
    [InlineData(0, 600_000_000_000, new[] { "0 ms", "2 min 0 s", "4 min 0 s", "6 min 0 s", "8 min 0 s", "10 min 0 s" })]
    [InlineData(0, 0, new[] { "0 ms" })]
    public void Ticks_AreRoundMomentsSinceTheOrigin(long from, long to, string[] expected) =>
        Assert.Equal(expected, new TimeAxis(Origin + from, Origin + to).TicksFrom(Origin).Select(tick => Human.Duration(tick.Nanos - Origin)));

    [Fact]
    public void Bar_OfNothingAtTheVeryEnd_LiesWithin()
    {
        var axis = new TimeAxis(0, 1_000_000);

        Assert.Equal(("99.4%", "0.6%"), (axis.BarAt(999_999), axis.Width(999_999, 1_000_000)));
        Assert.Equal("200%", axis.BarAt(2_000_000));
    }
}
