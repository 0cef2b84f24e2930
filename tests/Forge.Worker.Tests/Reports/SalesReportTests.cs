using Forge.Data.Sales;
using Forge.Worker.Reports;
using UglyToad.PdfPig;

namespace Forge.Worker.Tests.Reports;

public sealed class SalesReportTests
{
    private static readonly DateTimeOffset CreatedAt = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public void Build_WithSeveralPages_NumbersThemAndNamesTheReport()
    {
        using var document = Build("monthly-7", [Rows(1, 2), Rows(3, 2), Rows(5, 1)]);

        Assert.Equal(3, document.NumberOfPages);
        Assert.Equal("Sales report monthly-7", document.Information.Title);
        foreach (var page in document.GetPages())
        {
            Assert.Contains("Sales report", page.Text, StringComparison.Ordinal);
            Assert.Contains("monthly-7", page.Text, StringComparison.Ordinal);
            Assert.Contains("2026-02-03", page.Text, StringComparison.Ordinal);
            Assert.Contains($"Page {page.Number} of 3", page.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Build_WithRows_ShowsEachCellUnderItsTitle()
    {
        using var document = Build("table", [Rows(7, 1)]);

        var words = document.GetPage(1).GetWords().ToList();
        var title = words.Single(word => word.Text == "Amount");
        var amount = words.First(word => word.Text == "3,150.00");
        Assert.Equal(title.BoundingBox.Right, amount.BoundingBox.Right, tolerance: 1);
        Assert.True(amount.BoundingBox.Top < title.BoundingBox.Bottom);
        Assert.Equal(["7", "2025-01-08", "North", "Wolf-jaw", "tongs", "300", "10.50", "3,150.00"], Line(words, amount));
    }

    [Fact]
    public void Build_AtTheEndOfEachPage_SumsThePageAndAtTheLastAll()
    {
        using var document = Build("sums", [Rows(1, 2), Rows(3, 1)]);

        Assert.Contains("Sum of page 16,300.00", document.GetPage(1).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Grand total", document.GetPage(1).Text, StringComparison.Ordinal);
        Assert.Contains("Sum of page 23,150.00", document.GetPage(2).Text, StringComparison.Ordinal);
        Assert.Contains("Grand total, 3 rows9,450.00", document.GetPage(2).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_WithAFullPage_KeepsAllOfItAboveTheFooter()
    {
        using var document = Build("full", [Rows(1, SalesReport.RowsPerPage)]);

        var words = document.GetPage(1).GetWords().ToList();
        var footer = words.Single(word => word.Text == "EUR");
        var total = words.Single(word => word.Text == "Grand");
        Assert.True(total.BoundingBox.Bottom > footer.BoundingBox.Top);
        Assert.Equal(SalesReport.RowsPerPage, words.Count(word => word.Text == "10.50"));
    }

    [Theory]
    [InlineData("Québec", "Québec")]
    [InlineData("Köln", "Köln")]
    [InlineData("Łódź İzmir Đà", "Łódź İzmir Đà")]
    [InlineData("Москва Київ", "Москва Київ")]
    [InlineData("Αθήνα", "Αθήνα")]
    [InlineData("5 € – “a”…", "5 € – “a”…")]
    [InlineData("K\u006F\u0308ln", "Köln")] // an accent of its own
    [InlineData("q\u0308y", "q\u0308y")] // an accent that no letter has
    [InlineData("a\u200D\uFEFFb\uFE0Fc\u00ADd", "abcd")] // without a shape
    [InlineData("鉄床", "□□")]
    [InlineData("𝄞 🔨", "□ □")]
    [InlineData("one\r\ntwo\tthree", "one  two three")]
    public void Build_WithAnyText_ShowsItOrABoxForWhatTheFontLacks(string name, string shown)
    {
        using var document = Build("names", [[new SalesRow(1, new DateOnly(2025, 1, 1), "North", name, 1, 1)]]);

        Assert.Contains($"North{shown}1", document.GetPage(1).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_WithMoreCharactersThanOneFontTakes_ShowsThemAll()
    {
        var letters = Enumerable.Range(0x00C0, 0x0530 - 0x00C0).Select(code => (char)code).Where(letter => char.IsLetter(letter) && $"{letter}".IsNormalized()).Chunk(10);
        var names = letters.Select(chunk => new string(chunk)).Where(name => !name.Any(letter => letter is 'ǅ')).Take(80).ToList();

        using var document = Build("letters", [.. names.Select((name, index) => new SalesRow(index, new DateOnly(2025, 1, 1), "North", name, 1, 1)).Chunk(SalesReport.RowsPerPage)]);

        var text = string.Concat(document.GetPages().Select(page => page.Text));
        Assert.All(names, name => Assert.Contains(name, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Build_WithAVeryLongName_CutsItBeforeTheNextColumn()
    {
        using var document = Build("long", [[new SalesRow(1, new DateOnly(2025, 1, 1), new string('Ö', 200), new string('W', 200), 1, 1)]]);

        var words = document.GetPage(1).GetWords().ToList();
        var region = words.Single(word => word.Text.Contains('Ö', StringComparison.Ordinal));
        var product = words.Single(word => word.Text.Contains("WW", StringComparison.Ordinal));
        Assert.EndsWith("…", region.Text, StringComparison.Ordinal);
        Assert.EndsWith("…", product.Text, StringComparison.Ordinal);
        Assert.True(region.BoundingBox.Right < product.BoundingBox.Left);
        Assert.True(product.BoundingBox.Right < words.Single(word => word.Text == "Quantity").BoundingBox.Left + 20);
    }

    private static PdfDocument Build(string reportId, IReadOnlyList<IReadOnlyList<SalesRow>> pages)
    {
        using var report = new SalesReport(reportId, pages.Count, CreatedAt);
        foreach (var rows in pages)
        {
            report.AddPage(rows);
        }

        return PdfDocument.Open(report.Build());
    }

    private static List<SalesRow> Rows(int firstId, int count) =>
        [.. Enumerable.Range(firstId, count).Select(id => new SalesRow(id, new DateOnly(2025, 1, 1).AddDays(id), "North", "Wolf-jaw tongs", 300, 10.5m))];

    private static IEnumerable<string> Line(IEnumerable<UglyToad.PdfPig.Content.Word> words, UglyToad.PdfPig.Content.Word like) =>
        words.Where(word => Math.Abs(word.BoundingBox.Bottom - like.BoundingBox.Bottom) < 3).OrderBy(word => word.BoundingBox.Left).Select(word => word.Text);
}
