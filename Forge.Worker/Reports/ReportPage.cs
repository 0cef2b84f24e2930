using Forge.Pdf;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Writer;

namespace Forge.Worker.Reports;

/// <summary>A page to draw on: text, lines and bands, in points from the lower left corner.</summary>
internal sealed class ReportPage(PdfPageBuilder page)
{
    public const byte Ink = 40;
    public const byte Muted = 120;

    private byte _fill;

    public void Text(
        string text, double x, double y, PdfFont font, double size = 9, TextAlignment alignment = TextAlignment.Left, byte grey = Ink, double maxWidth = double.PositiveInfinity)
    {
        Fill(grey);
        font.Draw(page, text, x, y, size, alignment == TextAlignment.Right, maxWidth);
    }

    public void Line(double left, double right, double y, double width, byte grey)
    {
        page.SetStrokeColor(grey, grey, grey);
        page.DrawLine(new PdfPoint(left, y), new PdfPoint(right, y), width);
    }

    public void Band(double left, double right, double bottom, double height, byte grey)
    {
        Fill(grey);
        page.SetStrokeColor(grey, grey, grey);
        page.DrawRectangle(new PdfPoint(left, bottom), right - left, height, 0.1, fill: true);
    }

    // A page begins in black; the colour is written only where it changes, which keeps the file small.
    private void Fill(byte grey)
    {
        if (grey != _fill)
        {
            page.SetTextAndFillColor(grey, grey, grey);
            _fill = grey;
        }
    }
}
