using System.Globalization;
using Forge.Pdf;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Writer;

namespace Forge.Api.Reports;

/// <summary>Draws a summary as a PDF. PdfPig has no asynchronous form: this belongs on the CPU lane.</summary>
internal sealed class SalesSummaryPdf : IDisposable
{
    private const int RowsPerPage = 40;
    private const double Top = 790;
    private const double RowHeight = 17;
    private const double Left = 50;
    private const double Right = 545;
    private const double FontSize = 10;

    // Left edges of the first two columns, right edges of the others. A name that is too wide is cut.
    private static readonly (string Title, double Edge, double MaxWidth)[] Columns =
        [("Region", Left, 95), ("Product", 150, 215), ("Quantity", 430, double.PositiveInfinity), ("Amount", Right, double.PositiveInfinity)];

    private readonly PdfDocumentBuilder _document = new();
    private readonly PdfFont _regular;
    private readonly PdfFont _bold;

    private SalesSummaryPdf()
    {
        _regular = PdfFont.AddRegular(_document);
        _bold = PdfFont.AddBold(_document);
    }

    public static byte[] Write(string reportId, SalesSummary summary)
    {
        using var pdf = new SalesSummaryPdf();
        var title = $"Sales summary {reportId}";
        pdf._document.DocumentInformation.Title = title;
        foreach (var totals in summary.Totals.Chunk(RowsPerPage).DefaultIfEmpty([]))
        {
            pdf.AddPage(title, totals);
        }

        return pdf._document.Build();
    }

    public void Dispose() => _document.Dispose();

    private void AddPage(string title, SalesTotal[] totals)
    {
        var page = _document.AddPage(PageSize.A4);
        _bold.Draw(page, title, Left, Top, size: 14);
        var y = Top - (2 * RowHeight);
        AddRow(page, y, _bold, [.. Columns.Select(column => column.Title)]);
        page.DrawLine(new PdfPoint(Left, y - 4), new PdfPoint(Right, y - 4));
        foreach (var total in totals)
        {
            y -= RowHeight;
            AddRow(page, y, _regular, [total.Region, total.Product, Text("N0", total.Quantity), Text("N2", total.Amount)]);
        }
    }

    private static void AddRow(PdfPageBuilder page, double y, PdfFont font, string[] texts)
    {
        for (var column = 0; column < texts.Length; column++)
        {
            font.Draw(page, texts[column], Columns[column].Edge, y, FontSize, isRightAligned: column >= 2, Columns[column].MaxWidth);
        }
    }

    private static string Text(string format, IFormattable number) => number.ToString(format, CultureInfo.InvariantCulture);
}
