using System.Globalization;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
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

    // Left edges of the first two columns, right edges of the others.
    private static readonly (string Title, double Edge)[] Columns = [("Region", Left), ("Product", 150), ("Quantity", 430), ("Amount", Right)];

    private readonly PdfDocumentBuilder _document = new();
    private readonly PdfDocumentBuilder.AddedFont _regular;
    private readonly PdfDocumentBuilder.AddedFont _bold;

    private SalesSummaryPdf()
    {
        _regular = _document.AddStandard14Font(Standard14Font.Helvetica);
        _bold = _document.AddStandard14Font(Standard14Font.HelveticaBold);
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
        page.AddText(title, 14, new PdfPoint(Left, Top), _bold);
        var y = Top - (2 * RowHeight);
        AddRow(page, y, _bold, [.. Columns.Select(column => column.Title)]);
        page.DrawLine(new PdfPoint(Left, y - 4), new PdfPoint(Right, y - 4));
        foreach (var total in totals)
        {
            y -= RowHeight;
            AddRow(page, y, _regular, [total.Region, total.Product, Text("N0", total.Quantity), Text("N2", total.Amount)]);
        }
    }

    private static void AddRow(PdfPageBuilder page, double y, PdfDocumentBuilder.AddedFont font, string[] texts)
    {
        for (var column = 0; column < texts.Length; column++)
        {
            var isNumber = column >= 2;
            var x = isNumber ? Columns[column].Edge - Width(page, texts[column], font) : Columns[column].Edge;
            page.AddText(texts[column], FontSize, new PdfPoint(x, y), font);
        }
    }

    private static double Width(PdfPageBuilder page, string text, PdfDocumentBuilder.AddedFont font) =>
        page.MeasureText(text, FontSize, new PdfPoint(0, 0), font)[^1].EndBaseLine.X;

    private static string Text(string format, IFormattable number) => number.ToString(format, CultureInfo.InvariantCulture);
}
