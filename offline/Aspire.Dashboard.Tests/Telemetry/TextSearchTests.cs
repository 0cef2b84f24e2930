using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Tests.Telemetry;

public sealed class TextSearchTests
{
    [Theory]
    [InlineData("ADA@", "mail to ada@example.com", true)]
    [InlineData("ada", "", false)]
    [InlineData("grüße", "Viele GRÜSSE", false)]
    [InlineData("grüße", "Viele GRÜßE", true)]
    public void Texts_AreSearchedWhateverTheirCase(string wanted, string text, bool expected) =>
        Assert.Equal(expected, TextSearch.For(wanted)!.IsIn(AttributeValue.Of(text)));

    [Theory]
    [InlineData("52", 5200, true)]
    [InlineData("-5", -5, true)]
    [InlineData("5a", 5, false)]
    public void Numbers_AreSearchedAsTheyAreShown(string wanted, long number, bool expected) =>
        Assert.Equal(expected, TextSearch.For(wanted)!.IsIn(AttributeValue.Of(number)));

    [Fact]
    public void OtherValues_AreSearchedAsTheyAreShown()
    {
        Assert.True(TextSearch.For("TRUE")!.IsIn(AttributeValue.Of(true)));
        Assert.True(TextSearch.For("1.5")!.IsIn(AttributeValue.Of(1.5)));
        Assert.True(TextSearch.For("a, b")!.IsIn(AttributeValue.Of([AttributeValue.Of("a"), AttributeValue.Of("b")])));
        Assert.False(TextSearch.For("x")!.IsIn(default(AttributeValue)));
    }

    [Fact]
    public void Ids_AreFound_ATracesAlsoByAPart()
    {
        var trace = new TraceId(0xABCDEF);

        Assert.True(TextSearch.For("ABCdef")!.IsIn(trace));
        Assert.True(TextSearch.For(trace.ToString())!.IsIn(trace));
        Assert.False(TextSearch.For("abcdeg")!.IsIn(trace));
        Assert.True(TextSearch.For("00000000000000FF")!.Is(new SpanId(255)));
        Assert.False(TextSearch.For("ff")!.Is(new SpanId(255)));
    }

    [Fact]
    public void NoText_IsNoSearch() => Assert.Equal((null, null), (TextSearch.For(null), TextSearch.For("")));
}
