using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Forge.Worker.Reports;

/// <summary>One of the standard fonts: every PDF reader has them, so none is embedded.</summary>
internal sealed class ReportFont(PdfDocumentBuilder document, Standard14Font font)
{
    // Measuring a text costs as much as drawing it, and the table has 40 x 4 right-aligned cells a page.
    private readonly Dictionary<char, double> _widths = [];

    public PdfDocumentBuilder.AddedFont Key { get; } = document.AddStandard14Font(font);

    public double Width(PdfPageBuilder page, string text, double size)
    {
        var width = 0.0;
        foreach (var character in text)
        {
            if (!_widths.TryGetValue(character, out var unit))
            {
                unit = page.MeasureText(character.ToString(), 1, new PdfPoint(0, 0), Key)[0].EndBaseLine.X;
                _widths.Add(character, unit);
            }

            width += unit * size;
        }

        return width;
    }
}
