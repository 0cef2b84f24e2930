using System.Globalization;
using System.Text;

namespace Forge.Pdf;

/// <summary>Makes any text one that a font can draw, character by character.</summary>
internal static class PdfText
{
    /// <summary>What stands for a character that the font lacks.</summary>
    private const char Substitute = '\u25A1';

    /// <summary>
    /// Joins letters and accents to one character where there is one, takes out what has no shape, makes a line of several, and replaces each character
    /// that the font lacks by a box.
    /// </summary>
    public static string Prepare(string text, Func<char, bool> isDrawable)
    {
        if (Ascii.IsValid(text) && !text.Any(char.IsControl))
        {
            return text;
        }

        var prepared = new StringBuilder(text.Length);
        foreach (var rune in Compose(text).EnumerateRunes())
        {
            if (IsSpace(rune))
            {
                prepared.Append(' ');
            }
            else if (!IsInvisible(rune))
            {
                prepared.Append(rune.IsBmp && isDrawable((char)rune.Value) ? (char)rune.Value : Substitute);
            }
        }

        return prepared.ToString();
    }

    // Half of a surrogate pair becomes U+FFFD, since it cannot be normalized.
    private static string Compose(string text)
    {
        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            valid.Append(rune);
        }

        return valid.ToString().Normalize(NormalizationForm.FormC);
    }

    private static bool IsSpace(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // Joiners, marks of direction, soft hyphens, and selectors of a variant.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format || rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
