using System.Buffers.Binary;
using SkiaSharp;

namespace Forge.Worker.Images;

/// <summary>Reads how a camera was held where Skia does not: from the <c>eXIf</c> chunk of a PNG and, also with the prefix of JPEG, the <c>EXIF</c> chunk of a WebP.</summary>
/// <remarks>The content is a stranger's. Each length in it is checked before it is used, and whatever does not fit means "no orientation".</remarks>
internal static class ExifOrientation
{
    private const int PngSignature = 8;
    private const int RiffHeader = 12;
    private const int ChunkHeader = 8; // length and type, in this order in PNG, the other way round in RIFF
    private const int Checksum = 4;
    private const int EntryBytes = 12;
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;

    /// <summary>The orientation; null in other formats and where none is given.</summary>
    public static SKEncodedOrigin? Find(ReadOnlySpan<byte> content) => Parse(
        content is [0x89, ..] ? FindInPng(content[Math.Min(PngSignature, content.Length)..])
        : content.StartsWith("RIFF"u8) && content.Length > RiffHeader ? FindInWebp(content[RiffHeader..])
        : []);

    private static ReadOnlySpan<byte> FindInPng(ReadOnlySpan<byte> chunks)
    {
        while (chunks.Length >= ChunkHeader)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunks);
            var type = chunks[4..ChunkHeader];
            chunks = chunks[ChunkHeader..];
            if (length > chunks.Length)
            {
                return [];
            }

            if (type.SequenceEqual("eXIf"u8))
            {
                return chunks[..(int)length];
            }

            chunks = chunks[(int)Math.Min(chunks.Length, length + Checksum)..];
        }

        return [];
    }

    private static ReadOnlySpan<byte> FindInWebp(ReadOnlySpan<byte> chunks)
    {
        while (chunks.Length >= ChunkHeader)
        {
            var type = chunks[..4];
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            chunks = chunks[ChunkHeader..];
            if (length > chunks.Length)
            {
                return [];
            }

            if (type.SequenceEqual("EXIF"u8))
            {
                var exif = chunks[..(int)length];
                return exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
            }

            chunks = chunks[(int)Math.Min(chunks.Length, length + (length & 1))..];
        }

        return [];
    }

    /// <summary>Reads the first directory of a TIFF structure: byte order, 42, where the directory is; a count of entries, and the entries.</summary>
    private static SKEncodedOrigin? Parse(ReadOnlySpan<byte> tiff)
    {
        var isBigEndian = tiff.StartsWith("MM\0*"u8);
        if (tiff.Length < 8 || !(isBigEndian || tiff.StartsWith("II*\0"u8)))
        {
            return null;
        }

        var start = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (start > tiff.Length - 2)
        {
            return null;
        }

        var directory = tiff[(int)start..];
        var entries = directory[2..];
        for (var count = Short(directory); count > 0 && entries.Length >= EntryBytes; count--, entries = entries[EntryBytes..])
        {
            if (Short(entries) == OrientationTag && Short(entries[2..]) == ShortType && Short(entries[8..]) is >= 1 and <= 8 and var orientation)
            {
                return (SKEncodedOrigin)orientation;
            }
        }

        return null;

        int Short(ReadOnlySpan<byte> at) => isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
    }
}
