using System.Text;

namespace Forge.Jobs;

internal static class StorableText
{
    /// <summary>Postgres' text refuses U+0000 and, being UTF-8, half a surrogate pair. An exception's message may hold either, and cutting it makes the latter.</summary>
    public static string? Cut(string? text, int length)
    {
        if (text is null)
        {
            return null;
        }

        var cut = text.Length > length ? text[..length] : text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut.Replace("\0", "", StringComparison.Ordinal)));
    }
}
