using Aspire.Dashboard.Pages;

namespace Aspire.Dashboard.Tests.Pages;

public sealed class HumanTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(400, "400 ns")]
    [InlineData(12_340, "12.3 µs")]
    [InlineData(999_900, "1 ms")]
    [InlineData(9_200_000, "9.2 ms")]
    [InlineData(999_900_000, "1 s")]
    [InlineData(3_031_400_000, "3.03 s")]
    [InlineData(59_990_000_000, "1 min 0 s")]
    [InlineData(602_000_000_000, "10 min 2 s")]
    [InlineData(7_500_000_000_000, "2 h 5 min")]
    public void Duration_HasAboutThreeDigits(double nanos, string expected) => Assert.Equal(expected, Human.Duration(nanos));

    [Theory]
    [InlineData(1, "1 span")]
    [InlineData(1_234, "1,234 spans")]
    public void Count_HasItsNoun(long count, string expected) => Assert.Equal(expected, Human.Count(count, "span"));
}
