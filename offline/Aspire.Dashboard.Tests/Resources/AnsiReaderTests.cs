using Aspire.Dashboard.Resources;

namespace Aspire.Dashboard.Tests.Resources;

public sealed class AnsiReaderTests
{
    private const string Esc = "\u001b";

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData(Esc + "[31mred" + Esc + "[0m rest", "<red>red</> rest")]
    [InlineData(Esc + "[1;32mboth" + Esc + "[m rest", "<green bold>both</> rest")]
    [InlineData(Esc + "[91ma" + Esc + "[39mb" + Esc + "[44mc" + Esc + "[49md", "<bright-red>a</>b<on-blue>c</>d")]
    [InlineData(Esc + "[3;4;9mx" + Esc + "[23;24;29my", "<italic underline strike>x</>y")]
    [InlineData(Esc + "[2mx" + Esc + "[22my", "<dim>x</>y")]
    [InlineData(Esc + "[31;7mx" + Esc + "[27my", "<on-red>x</><red>y</>")]
    [InlineData(Esc + "[7mx", "<inverse>x</>")]
    [InlineData(Esc + "[38;5;9mx" + Esc + "[38;5;196my" + Esc + "[38;5;244mz", "<bright-red>xy</><bright-black>z</>")]
    [InlineData(Esc + "[38;2;250;250;5mx" + Esc + "[48;2;0;0;0my", "<bright-yellow>x</><bright-yellow on-black>y</>")]
    [InlineData(Esc + "[38:5:2mx", "<green>x</>")]
    public void Colors_BecomeNamesOfStyles(string line, string expected) => Assert.Equal(expected, Show(new AnsiReader().Read(line)));

    [Theory]
    [InlineData("a" + Esc + "[2J" + Esc + "[1;1Hb", "ab")]
    [InlineData("a" + Esc + "[?25lb", "ab")]
    [InlineData("a" + Esc + "]0;title\ab", "ab")]
    [InlineData("a" + Esc + "]52;c;c2VjcmV0" + Esc + "\\b", "ab")]
    [InlineData("a" + Esc + "]8;;javascript:alert(1)" + Esc + "\\link" + Esc + "]8;;" + Esc + "\\b", "alinkb")]
    [InlineData("a" + Esc + "Pq#0;1" + Esc + "\\b", "ab")]
    [InlineData("a" + Esc + "(Bb", "ab")]
    [InlineData("a" + Esc + "7b", "ab")]
    [InlineData("a\u009b31mb", "a<red>b</>")]
    [InlineData("a\u009d0;title\u009cb", "ab")]
    [InlineData("a\b\0\u007fb\tc", "ab\tc")]
    [InlineData("10 %\r55 %\r100 %", "100 %")]
    [InlineData("dos\r", "dos")]
    public void OtherSequences_AreLeftOut(string line, string expected) => Assert.Equal(expected, Show(new AnsiReader().Read(line)));

    [Theory]
    [InlineData("a" + Esc)]
    [InlineData("a" + Esc + "[")]
    [InlineData("a" + Esc + "[31")]
    [InlineData("a" + Esc + "[31;")]
    [InlineData("a" + Esc + "]0;title")]
    [InlineData("a" + Esc + "(")]
    [InlineData("a" + Esc + "[99999999999999999999m")]
    [InlineData("a" + Esc + "[38m" + Esc + "[38;5m" + Esc + "[38;5;999m" + Esc + "[48;2;1m")]
    [InlineData("a" + Esc + "[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1m")]
    [InlineData("a" + Esc + "[>4;2m")]
    public void BrokenSequences_LeaveNoTrace(string line) => Assert.Equal("a", Show(new AnsiReader().Read(line)));

    [Fact]
    public void AColor_LastsOverLines_UntilItIsReset()
    {
        var reader = new AnsiReader();
        Assert.Equal("<red>one</>", Show(reader.Read(Esc + "[31mone")));
        Assert.Equal("<red>two</>", Show(reader.Read("two")));
        Assert.Equal("three", Show(reader.Read(Esc + "[0mthree")));
    }

    [Fact]
    public void AnyBytes_GiveTextWithoutControlCharacters()
    {
        // Every pair of an escape and two characters, and random lines: nothing throws, nothing gets through.
        var random = new Random(20_26);
        var alphabet = "\u001b\u009b\u009d\u009c\u0090[]();:?0123456789mHJqP\\\a\r\n\t\b \u007f<&\"é漢\ud83d\ude00";
        for (var round = 0; round < 20_000; round++)
        {
            var line = string.Create(random.Next(24), random, (span, source) => source.GetItems(alphabet.AsSpan(), span));
            var text = string.Concat(new AnsiReader().Read(line).Select(piece => piece.Text));
            Assert.DoesNotContain(text, character => char.IsControl(character) && character != '\t');
        }
    }

    [Fact]
    public void ManyOpenSequences_AreReadInOnePass()
    {
        // Would take minutes if each looked for its end anew.
        var line = string.Concat(Enumerable.Repeat(Esc + "[31", 300_000));
        Assert.Equal("", Show(new AnsiReader().Read(line)));
    }

    private static string Show(IEnumerable<StyledText> pieces) => string.Concat(pieces.Select(piece => piece.Style is null ? piece.Text : $"<{piece.Style}>{piece.Text}</>"));
}
