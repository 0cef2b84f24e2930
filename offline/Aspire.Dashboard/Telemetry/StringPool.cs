namespace Aspire.Dashboard.Telemetry;

/// <summary>
/// Makes equal texts one text: keys, span names, routes and most values repeat without end. It holds a fixed number of texts, of which a new
/// one takes the place of another, so that nothing sent can make it grow.
/// </summary>
internal sealed class StringPool
{
    private const int Slots = 1 << 14;
    private const int LongestPooled = 256;

    private readonly string?[] _texts = new string?[Slots];

    /// <summary>The pooled text, and the bytes that it costs: none when it was there.</summary>
    /// <remarks>Unlocked on purpose: a race at worst keeps a text twice.</remarks>
    public string Get(string text, ref int bytes)
    {
        if (text.Length == 0)
        {
            return "";
        }

        if (text.Length <= LongestPooled)
        {
            ref var slot = ref _texts[text.GetHashCode() & (Slots - 1)];
            if (slot is { } pooled && pooled == text)
            {
                return pooled;
            }

            slot = text;
        }

        bytes += 22 + (2 * text.Length);
        return text;
    }
}
