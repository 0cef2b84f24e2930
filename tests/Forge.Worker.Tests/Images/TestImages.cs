using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace Forge.Worker.Tests.Images;

/// <summary>Images to try a decoder with, good and hostile ones.</summary>
internal static class TestImages
{
    /// <summary>Left half red, right half blue; the upper right corner green.</summary>
    public static byte[] Encode(int width, int height, SKEncodedImageFormat format, bool isTransparent = false)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, isTransparent ? SKAlphaType.Premul : SKAlphaType.Opaque);
        using var surface = SKSurface.Create(info);
        using var paint = new SKPaint();
        surface.Canvas.Clear(isTransparent ? SKColors.Transparent : SKColors.Red);
        paint.Color = SKColors.Blue;
        surface.Canvas.DrawRect(width / 2f, 0, width / 2f, height, paint);
        paint.Color = SKColors.Lime;
        surface.Canvas.DrawRect(width * 0.75f, 0, width * 0.25f, height * 0.25f, paint);
        using var image = surface.Snapshot();
        using var data = image.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>A JPEG whose EXIF data hold an orientation and a text.</summary>
    public static byte[] WithExif(byte[] jpeg, ushort orientation, string text)
    {
        var ascii = Encoding.ASCII.GetBytes(text + "\0");
        var tiff = new byte[38 + ascii.Length];
        "II*\0"u8.CopyTo(tiff);
        BinaryPrimitives.WriteUInt32LittleEndian(tiff.AsSpan(4), 8);
        BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(8), 2);
        WriteEntry(tiff.AsSpan(10), tag: 0x010E, type: 2, (uint)ascii.Length, 38); // ImageDescription
        WriteEntry(tiff.AsSpan(22), tag: 0x0112, type: 3, 1, orientation);
        ascii.CopyTo(tiff, 38);
        byte[] body = [.. "Exif\0\0"u8, .. tiff];
        byte[] segment = [0xFF, 0xE1, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }

    /// <summary>A PNG of some hundred bytes that says it is this large.</summary>
    public static byte[] PngThatClaims(int width, int height)
    {
        using var zeros = new MemoryStream();
        using (var zlib = new ZLibStream(zeros, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(new byte[100_000]);
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 6); // RGBA
        return [0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", zeros.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>A GIF of one pixel in this many frames.</summary>
    public static byte[] Gif(int frames)
    {
        byte[] frame = [0x21, 0xF9, 4, 0, 1, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        return [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255, .. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes), 0x3B];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var length = new byte[4];
        var crc = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.HashToUInt32(body));
        return [.. length, .. body, .. crc];
    }

    private static void WriteEntry(Span<byte> entry, ushort tag, ushort type, uint count, uint value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], type);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], value);
    }
}
