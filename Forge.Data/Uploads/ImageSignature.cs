namespace Forge.Data.Uploads;

/// <summary>Tells the images that Forge takes by how their content begins. Names and content types say what their sender likes.</summary>
public static class ImageSignature
{
    /// <summary>How many bytes of the beginning are needed.</summary>
    public const int Length = 12;

    /// <summary>The formats, for a person.</summary>
    public const string Formats = "JPEG, PNG, GIF or WebP";

    /// <summary>True when <paramref name="beginning"/> is that of an image in one of the formats. What follows may still be anything.</summary>
    public static bool Matches(ReadOnlySpan<byte> beginning) =>
        beginning.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || beginning.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        || beginning.StartsWith("GIF87a"u8)
        || beginning.StartsWith("GIF89a"u8)
        || (beginning.Length >= Length && beginning.StartsWith("RIFF"u8) && beginning[8..Length].SequenceEqual("WEBP"u8));
}
