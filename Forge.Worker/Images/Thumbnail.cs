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

    /// <exception cref="ImageRefusedException">It is not an image that can be used, and says why.</exception>
    public static SKData Make(byte[] content)
    {
        using var codec = Open(content);
        using var image = Decode(codec);
        using var thumbnail = Shrink(image, codec.EncodedOrigin);

        // Encoded from pixels, so nothing of the original's metadata is in it.
        return thumbnail.Encode(thumbnail.AlphaType == SKAlphaType.Opaque ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, JpegQuality);
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

    /// <summary>Decodes the first frame, as small as the format's decoder can make it without losing what the thumbnail shows.</summary>
    private static SKImage Decode(SKCodec codec)
    {
        var size = codec.GetScaledDimensions(Math.Min(1f, 2f * MaxSide / Math.Max(codec.Info.Width, codec.Info.Height)));
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha, SKColorSpace.CreateSrgb());
        using var bitmap = new SKBitmap();
        Refuse(!bitmap.TryAllocPixels(info), "The image needs more memory than there is.");
        var result = codec.GetPixels(info, bitmap.GetPixels());
        Refuse(result is SKCodecResult.IncompleteInput, "The image is cut off.");
        Refuse(result is not SKCodecResult.Success, $"The image is damaged ({result}).");
        bitmap.SetImmutable();
        return SKImage.FromBitmap(bitmap);
    }

    private static SKImage Shrink(SKImage image, SKEncodedOrigin origin)
    {
        var isTurned = origin >= SKEncodedOrigin.LeftTop;
        var (width, height) = isTurned ? (image.Height, image.Width) : (image.Width, image.Height);
        var scale = Math.Min(1f, (float)MaxSide / Math.Max(width, height));
        var info = new SKImageInfo(Scaled(width, scale), Scaled(height, scale), SKColorType.Rgba8888, image.AlphaType, SKColorSpace.CreateSrgb());
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
