using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace Forge.Worker.Tests.Images;

/// <summary>Images to try a decoder with, good and hostile ones.</summary>
internal static class TestImages
{
    /// <summary>Left half red, right half blue; the upper right corner green. Noise in the middle makes the file large, so that its halves are those of the picture.</summary>
    public static byte[] Encode(int width, int height, SKEncodedImageFormat format, bool isTransparent = false, bool noise = false)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, isTransparent ? SKAlphaType.Premul : SKAlphaType.Opaque);
        using var surface = SKSurface.Create(info);
        using var paint = new SKPaint();
        surface.Canvas.Clear(isTransparent ? SKColors.Transparent : SKColors.Red);
        paint.Color = SKColors.Blue;
        surface.Canvas.DrawRect(width / 2f, 0, width / 2f, height, paint);
        paint.Color = SKColors.Lime;
        surface.Canvas.DrawRect(width * 0.75f, 0, width * 0.25f, height * 0.25f, paint);
        var random = new Random(1);
        for (var dot = 0; noise && dot < 3_000; dot++)
        {
            paint.Color = new SKColor((uint)random.Next() | 0xFF000000);
            surface.Canvas.DrawRect(width * (0.25f + (random.NextSingle() / 4)), height * random.NextSingle(), 5, 5, paint);
        }

        using var image = surface.Snapshot();
        using var data = image.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>The image with EXIF data that hold an orientation and a text.</summary>
    public static byte[] WithExif(byte[] image, ushort orientation, string text, bool isBigEndian = false, bool hasPrefix = false)
    {
        var tiff = Tiff(orientation, text, isBigEndian);
        byte[] body = image is [0xFF, ..] || hasPrefix ? [.. "Exif\0\0"u8, .. tiff] : tiff;
        return image switch
        {
            [0xFF, ..] => [.. image[..2], 0xFF, 0xE1, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body, .. image[2..]],
            [0x89, ..] => [.. image[..33], .. Chunk("eXIf", body), .. image[33..]], // after the signature and IHDR
            _ => WebpWithExif(image, body),
        };
    }

    /// <summary>A JPEG that ends where its pixels begin: after the header of its first scan.</summary>
    public static byte[] HeaderOf(byte[] jpeg) => jpeg[..(jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14)];

    private static byte[] WebpWithExif(byte[] webp, byte[] exif)
    {
        using var codec = SKCodec.Create(new MemoryStream(webp));
        var (width, height) = (codec.Info.Width - 1, codec.Info.Height - 1);
        byte[] extended = [0x08, 0, 0, 0, (byte)width, (byte)(width >> 8), 0, (byte)height, (byte)(height >> 8), 0]; // 0x08: has EXIF
        byte[] body = [.. "WEBP"u8, .. RiffChunk("VP8X", extended), .. webp[12..], .. RiffChunk("EXIF", exif)];
        return RiffChunk("RIFF", body);
    }

    private static byte[] RiffChunk(string type, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        return [.. Encoding.ASCII.GetBytes(type), .. length, .. data, .. new byte[data.Length % 2]];
    }

    private static byte[] Tiff(ushort orientation, string text, bool isBigEndian)
    {
        var ascii = Encoding.ASCII.GetBytes(text + "\0");
        byte[] tiff =
        [
            .. isBigEndian ? "MM\0*"u8 : "II*\0"u8, .. Int(8), .. Short(2),
            .. Short(0x010E), .. Short(2), .. Int(ascii.Length), .. Int(38), // ImageDescription
            .. Short(0x0112), .. Short(3), .. Int(1), .. Short(orientation), .. Short(0),
            .. Int(0), .. ascii,
        ];
        return tiff;

        byte[] Short(int value) => isBigEndian ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];

        byte[] Int(int value) => isBigEndian ? [.. Short(value >> 16), .. Short(value)] : [.. Short(value), .. Short(value >> 16)];
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
}
