using System.Collections.Concurrent;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.TrueType;
using UglyToad.PdfPig.Fonts.TrueType.Parser;
using UglyToad.PdfPig.Writer;

namespace Forge.Pdf;

/// <summary>DejaVu Sans Condensed in one document. It draws any text: Latin, Greek, Cyrillic and more; a box (□) stands for each character that it lacks.</summary>
/// <remarks>
/// <para>Letters are drawn one after the other from left to right. Arabic letters are not joined, and Hebrew and Arabic words stand in the order of their letters in memory.</para>
/// <para>PdfPig embeds the characters that are used and takes at most 255 of them a font, so a document with more gets the font several times.</para>
/// <para>For one thread at a time, like the document.</para>
/// </remarks>
public sealed class PdfFont
{
    private const int MostCharacters = 255;
    private const string Ellipsis = "\u2026";

    private static readonly Face Regular = new("DejaVuSansCondensed");
    private static readonly Face Bold = new("DejaVuSansCondensed-Bold");

    private readonly PdfDocumentBuilder _document;
    private readonly Face _face;
    private readonly List<PdfDocumentBuilder.AddedFont> _parts = [];
    private readonly Dictionary<char, int> _partOf = [];

    private PdfFont(PdfDocumentBuilder document, Face face)
    {
        _document = document;
        _face = face;
    }

    /// <summary>The regular weight.</summary>
    public static PdfFont AddRegular(PdfDocumentBuilder document) => new(document, Regular);

    /// <summary>The bold weight.</summary>
    public static PdfFont AddBold(PdfDocumentBuilder document) => new(document, Bold);

    /// <summary>Draws a line of text.</summary>
    /// <param name="page">A page of the font's document.</param>
    /// <param name="text">Any text; line ends become spaces.</param>
    /// <param name="x">The left edge, or the right one when <paramref name="isRightAligned"/>, in points.</param>
    /// <param name="y">The baseline, in points from the bottom.</param>
    /// <param name="size">The size of the font, in points.</param>
    /// <param name="isRightAligned">True when the text ends at <paramref name="x"/>.</param>
    /// <param name="maxWidth">A text that is wider, in points, is cut and ends with an ellipsis.</param>
    public void Draw(PdfPageBuilder page, string text, double x, double y, double size, bool isRightAligned = false, double maxWidth = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(text);
        var line = Fit(PdfText.Prepare(text, _face.Has), size, maxWidth);
        var left = isRightAligned ? x - Width(line, size) : x;
        for (var start = 0; start < line.Length;)
        {
            var part = PartOf(line[start]);
            var end = start + 1;
            while (end < line.Length && PartOf(line[end]) == part)
            {
                end++;
            }

            page.AddText(line[start..end], size, new PdfPoint(left, y), _parts[part]);
            left += Width(line.AsSpan(start, end - start), size);
            start = end;
        }
    }

    private string Fit(string line, double size, double maxWidth)
    {
        if (Width(line, size) <= maxWidth)
        {
            return line;
        }

        var length = line.Length;
        while (length > 0 && Width(line.AsSpan(0, length), size) + Width(Ellipsis, size) > maxWidth)
        {
            length--;
        }

        return line[..length].TrimEnd() + Ellipsis;
    }

    private double Width(ReadOnlySpan<char> text, double size)
    {
        var width = 0.0;
        foreach (var character in text)
        {
            width += _face.Width(character);
        }

        return width * size;
    }

    private int PartOf(char character)
    {
        if (!_partOf.TryGetValue(character, out var part))
        {
            part = _partOf.Count / MostCharacters;
            if (part == _parts.Count)
            {
                _parts.Add(_document.AddTrueTypeFont(_face.File));
            }

            _partOf.Add(character, part);
        }

        return part;
    }

    /// <summary>A font file, read once for all documents, and what has been asked of it.</summary>
    private sealed class Face
    {
        private readonly TrueTypeFont _font;
        private readonly double _unitsPerEm;
        private readonly ConcurrentDictionary<char, double?> _widths = new();

        public Face(string name)
        {
            using var resource = typeof(PdfFont).Assembly.GetManifestResourceStream(name)!;
            File = new byte[resource.Length];
            resource.ReadExactly(File);
            _font = TrueTypeFontParser.Parse(new TrueTypeDataBytes(File));
            _unitsPerEm = _font.GetUnitsPerEm();
        }

        public byte[] File { get; }

        public bool Has(char character) => Find(character) is not null;

        /// <summary>In ems.</summary>
        public double Width(char character) => Find(character) ?? 0;

        private double? Find(char character) => _widths.GetOrAdd(character, Measure);

        private double? Measure(char character) =>
            _font.TryGetBoundingBox(character, out _) && _font.TryGetAdvanceWidth(character, out var width) ? width / _unitsPerEm : null;
    }
}
