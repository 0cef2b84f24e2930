using System.Runtime.InteropServices;
using Forge.Data.Uploads;
using SkiaSharp;

namespace Forge.Worker.Images;

/// <summary>Makes a small upright picture of an image that nobody has looked at yet. Belongs into a process that may die of it.</summary>
internal static class Thumbnail
{
    public const int MaxSide = 320;
    public const long MaxPixels = 50_000_000;
    public const int MaxFrames = 1_000;

    private const int JpegQuality = 85;

    // What is left of a JPEG's pixels that never came: libjpeg draws them in this grey.
    private const uint MissingInJpeg = 0xFF808080;
    private const uint Missing = 0;

    private static readonly byte[] EndOfJpeg = [0xFF, 0xD9];

    /// <exception cref="ImageRefusedException">It is not an image that can be used, and says why.</exception>
    public static SKData Make(byte[] content)
    {
        using var codec = Open(content);
        var (image, isComplete) = Decode(codec, content);
        using (image)
        {
            // Where pixels are missing, the picture is transparent.
            var alpha = codec.Info.AlphaType is SKAlphaType.Opaque && isComplete ? SKAlphaType.Opaque : SKAlphaType.Premul;
            using var thumbnail = Shrink(image, alpha, ExifOrientation.Find(content) ?? codec.EncodedOrigin);

            // Encoded from pixels, so nothing of the original's metadata is in it.
            return thumbnail.Encode(alpha is SKAlphaType.Opaque ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, JpegQuality);
        }
    }

    /// <summary>Reads the headers and judges them; no pixel has been allocated when this returns.</summary>
    private static SKCodec Open(byte[] content)
    {
        // Skia knows more formats than are wanted here, raw ones of cameras among them.
        Refuse(!ImageSignature.Matches(content), $"The file is not a {ImageSignature.Formats}.");
        using var data = SKData.CreateCopy(content);
        var codec = SKCodec.Create(data) ?? throw new ImageRefusedException("The image cannot be read: its header is damaged.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        Refuse((long)width * height > MaxPixels, $"The image has {width} x {height} pixels; at most {MaxPixels / 1_000_000} million are taken.");
        Refuse(codec.FrameCount > MaxFrames, $"The image has {codec.FrameCount} frames; at most {MaxFrames} are taken.");
        return codec;
    }

    /// <summary>Decodes what there is, as viewers do: an image that was cut off or damaged on its way shows the part that came.</summary>
    private static (SKImage Image, bool IsComplete) Decode(SKCodec codec, byte[] content)
    {
        var (image, result, isBlank) = Read(codec, Missing);
        if (result is SKCodecResult.IncompleteInput && codec.EncodedFormat is SKEncodedImageFormat.Jpeg)
        {
            // Without its end marker libjpeg keeps back the last rows, which may be all of a small image.
            image.Dispose();
            using var ended = Open([.. content, .. EndOfJpeg]);
            (image, result, isBlank) = Read(ended, MissingInJpeg);
            Refuse(isBlank, "The image is cut off: none of it is left.");
        }

        Refuse(result is SKCodecResult.IncompleteInput && isBlank, "The image is cut off: none of it is left.");
        Refuse(result is SKCodecResult.ErrorInInput && isBlank, "The image is damaged: none of it can be read.");
        Refuse(result is not (SKCodecResult.Success or SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput), $"The image is damaged ({result}).");
        return (image, result is SKCodecResult.Success);
    }

    /// <summary>Decodes the first frame, as small as the format's decoder can make it without losing what the thumbnail shows.</summary>
    /// <returns>Also whether every pixel is <paramref name="missing"/>.</returns>
    private static (SKImage Image, SKCodecResult Result, bool IsBlank) Read(SKCodec codec, uint missing)
    {
        var size = codec.GetScaledDimensions(Math.Min(1f, 2f * MaxSide / Math.Max(codec.Info.Width, codec.Info.Height)));
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul, SKColorSpace.CreateSrgb());
        using var bitmap = new SKBitmap();
        Refuse(!bitmap.TryAllocPixels(info), "The image needs more memory than there is.");
        bitmap.Erase(SKColors.Transparent);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        var isBlank = !MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan()).ContainsAnyExcept(missing);
        bitmap.SetImmutable();
        return (SKImage.FromBitmap(bitmap), result, isBlank);
    }

    private static SKImage Shrink(SKImage image, SKAlphaType alpha, SKEncodedOrigin origin)
    {
        var isTurned = origin >= SKEncodedOrigin.LeftTop;
        var (width, height) = isTurned ? (image.Height, image.Width) : (image.Width, image.Height);
        var scale = Math.Min(1f, (float)MaxSide / Math.Max(width, height));
        var info = new SKImageInfo(Scaled(width, scale), Scaled(height, scale), SKColorType.Rgba8888, alpha, SKColorSpace.CreateSrgb());
        using var surface = SKSurface.Create(info);
        surface.Canvas.Clear(SKColors.Transparent);
        surface.Canvas.Scale((float)info.Width / width, (float)info.Height / height);
        surface.Canvas.Concat(Upright(origin, image.Width, image.Height));
        surface.Canvas.DrawImage(image, 0, 0, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return surface.Snapshot();
    }

    private static int Scaled(int side, float scale) => Math.Max(1, (int)MathF.Round(side * scale));

    /// <summary>Puts the pixels as they are stored to where the camera's orientation says they belong.</summary>
    private static SKMatrix Upright(SKEncodedOrigin origin, float width, float height) => origin switch
    {
        SKEncodedOrigin.TopRight => Matrix(-1, 0, width, 0, 1, 0),
        SKEncodedOrigin.BottomRight => Matrix(-1, 0, width, 0, -1, height),
        SKEncodedOrigin.BottomLeft => Matrix(1, 0, 0, 0, -1, height),
        SKEncodedOrigin.LeftTop => Matrix(0, 1, 0, 1, 0, 0),
        SKEncodedOrigin.RightTop => Matrix(0, -1, height, 1, 0, 0),
        SKEncodedOrigin.RightBottom => Matrix(0, -1, height, -1, 0, width),
        SKEncodedOrigin.LeftBottom => Matrix(0, 1, 0, -1, 0, width),
        _ => SKMatrix.Identity,
    };

    private static SKMatrix Matrix(float scaleX, float skewX, float moveX, float skewY, float scaleY, float moveY) =>
        new(scaleX, skewX, moveX, skewY, scaleY, moveY, 0, 0, 1);

    private static void Refuse(bool isWrong, string reason)
    {
        if (isWrong)
        {
            throw new ImageRefusedException(reason);
        }
    }
}
