using System.Globalization;
using Forge.Data.Sales;
using Forge.Pdf;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Writer;

namespace Forge.Worker.Reports;

/// <summary>The sales report as a PDF document: add its pages in order, then build it.</summary>
/// <remarks>PdfPig works synchronously: a page takes about a millisecond of CPU, building 500 of them some hundred.</remarks>
internal sealed class SalesReport : IDisposable
{
    public const int RowsPerPage = 40;

    private const double Left = 48;
    private const double Right = 547;
    private const double TableTop = 756;
    private const double RowHeight = 15.5;
    private const double Baseline = 4.5;

    private static readonly TableColumn[] Columns =
    [
        new("No.", 80, TextAlignment.Right, row => Number(row.Id)),
        new("Date", 96, TextAlignment.Left, row => Date(row.SoldOn)),
        new("Region", 154, TextAlignment.Left, row => row.Region, Width: 70),
        new("Product", 228, TextAlignment.Left, row => row.Product, Width: 148),
        new("Quantity", 402, TextAlignment.Right, row => Number(row.Quantity)),
        new("Unit price", 468, TextAlignment.Right, row => Money(row.UnitPrice)),
        new("Amount", Right - 6, TextAlignment.Right, row => Money(row.Amount)),
    ];

    private readonly PdfDocumentBuilder _document = new();
    private readonly PdfFont _regular;
    private readonly PdfFont _bold;
    private readonly string _reportId;
    private readonly string _date;
    private readonly int _pages;
    private int _page;
    private long _rows;
    private decimal _total;

    public SalesReport(string reportId, int pages, DateTimeOffset createdAt)
    {
        _reportId = reportId;
        _pages = pages;
        _date = Date(DateOnly.FromDateTime(createdAt.UtcDateTime));
        _regular = PdfFont.AddRegular(_document);
        _bold = PdfFont.AddBold(_document);
        _document.DocumentInformation.Title = $"Sales report {reportId}";
        _document.DocumentInformation.Creator = "Forge";
    }

    public void AddPage(IReadOnlyList<SalesRow> rows)
    {
        _page++;
        var page = new ReportPage(_document.AddPage(PageSize.A4));
        DrawTitle(page);
        DrawHeader(page);
        var y = DrawRows(page, rows);
        DrawSums(page, rows, y);
        DrawFooter(page);
    }

    public byte[] Build() => _document.Build();

    public void Dispose() => _document.Dispose();

    private void DrawTitle(ReportPage page)
    {
        page.Text("Sales report", Left, 792, _bold, size: 17);
        page.Text(_reportId, Right, 798, _bold, size: 10, TextAlignment.Right);
        page.Text(_date, Right, 785, _regular, alignment: TextAlignment.Right, grey: ReportPage.Muted);
    }

    private void DrawHeader(ReportPage page)
    {
        page.Band(Left, Right, TableTop - RowHeight, RowHeight + 2, grey: 232);
        foreach (var column in Columns)
        {
            page.Text(column.Title, column.Edge, TableTop - RowHeight + Baseline + 1, _bold, alignment: column.Alignment);
        }

        page.Line(Left, Right, TableTop - RowHeight, width: 0.8, grey: 60);
    }

    private double DrawRows(ReportPage page, IReadOnlyList<SalesRow> rows)
    {
        var y = TableTop - RowHeight;
        foreach (var row in rows)
        {
            y -= RowHeight;
            foreach (var column in Columns)
            {
                page.Text(column.Text(row), column.Edge, y + Baseline, _regular, alignment: column.Alignment, maxWidth: column.Width);
            }

            page.Line(Left, Right, y, width: 0.3, grey: 205);
        }

        return y;
    }

    private void DrawSums(ReportPage page, IReadOnlyList<SalesRow> rows, double y)
    {
        var sum = rows.Sum(row => row.Amount);
        _rows += rows.Count;
        _total += sum;
        page.Line(Left, Right, y, width: 0.8, grey: 60);
        DrawSum(page, $"Sum of page {Number(_page)}", sum, y - RowHeight);
        if (_page == _pages)
        {
            DrawSum(page, $"Grand total, {Number(_rows)} rows", _total, y - (2 * RowHeight));
            page.Line(Left, Right, y - (2 * RowHeight), width: 0.8, grey: 60);
        }
    }

    private void DrawSum(ReportPage page, string title, decimal sum, double y)
    {
        page.Text(title, Columns[3].Edge, y + Baseline, _bold);
        page.Text(Money(sum), Columns[^1].Edge, y + Baseline, _bold, alignment: TextAlignment.Right);
    }

    private void DrawFooter(ReportPage page)
    {
        page.Text("Amounts in EUR", Left, 40, _regular, size: 8, grey: ReportPage.Muted);
        page.Text($"Page {Number(_page)} of {Number(_pages)}", Right, 40, _regular, size: 8, TextAlignment.Right, ReportPage.Muted);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Money(decimal value) => value.ToString("N2", CultureInfo.InvariantCulture);

    private static string Date(DateOnly value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
