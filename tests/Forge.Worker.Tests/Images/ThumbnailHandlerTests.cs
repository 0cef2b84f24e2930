using System.Text;
using Forge.Contracts;
using Forge.Jobs;
using Forge.Worker.Tests.Uploads;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkiaSharp;

namespace Forge.Worker.Tests.Images;

[Collection(nameof(Decoders))]
public sealed class ThumbnailHandlerTests(WorkerHost worker)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, false, "image/jpeg")]
    [InlineData(SKEncodedImageFormat.Png, false, "image/jpeg")]
    [InlineData(SKEncodedImageFormat.Png, true, "image/png")]
    [InlineData(SKEncodedImageFormat.Webp, true, "image/png")]
    public async Task Image_InAnyFormat_BecomesASmallPicture(SKEncodedImageFormat format, bool isTransparent, string contentType)
    {
        var job = await MakeAsync(TestImages.Encode(1600, 1200, format, isTransparent));

        var (type, picture) = await ReadAsync(job);
        using var bitmap = SKBitmap.Decode(picture);
        Assert.Equal((contentType, 320, 240), (type, bitmap.Width, bitmap.Height));
        Assert.Equal(isTransparent ? 0 : 255, bitmap.GetPixel(40, 120).Alpha);
        AssertColor(SKColors.Blue, bitmap.GetPixel(280, 200));
        AssertColor(SKColors.Lime, bitmap.GetPixel(300, 20));
    }

    [Fact]
    public async Task Image_SmallerThanAThumbnail_KeepsItsSize()
    {
        var (_, picture) = await ReadAsync(await MakeAsync(TestImages.Gif(frames: 3)));

        using var bitmap = SKBitmap.Decode(picture);
        Assert.Equal((1, 1), (bitmap.Width, bitmap.Height));
    }

    // Where the green corner is, which is at the upper right of the stored pixels.
    [Theory]
    [InlineData(1, 320, 160, 300, 20)]
    [InlineData(2, 320, 160, 20, 20)]
    [InlineData(3, 320, 160, 20, 140)]
    [InlineData(4, 320, 160, 300, 140)]
    [InlineData(5, 160, 320, 20, 300)]
    [InlineData(6, 160, 320, 140, 300)]
    [InlineData(7, 160, 320, 140, 20)]
    [InlineData(8, 160, 320, 20, 20)]
    public async Task Image_OfATurnedCamera_IsUprightAndTellsNothingOfIt(int orientation, int width, int height, int x, int y)
    {
        var jpeg = TestImages.WithExif(TestImages.Encode(640, 320, SKEncodedImageFormat.Jpeg), (ushort)orientation, "at Ada's home");

        var (_, picture) = await ReadAsync(await MakeAsync(jpeg));

        using var bitmap = SKBitmap.Decode(picture);
        Assert.Equal((width, height), (bitmap.Width, bitmap.Height));
        AssertColor(SKColors.Lime, bitmap.GetPixel(x, y));
        Assert.DoesNotContain("Ada", Encoding.Latin1.GetString(picture), StringComparison.Ordinal);
        Assert.DoesNotContain("Exif", Encoding.Latin1.GetString(picture), StringComparison.Ordinal);
    }

    // The kinds of chunk that hold it, and both byte orders.
    [Theory]
    [InlineData(SKEncodedImageFormat.Png, false, false)]
    [InlineData(SKEncodedImageFormat.Png, true, false)]
    [InlineData(SKEncodedImageFormat.Webp, false, false)]
    [InlineData(SKEncodedImageFormat.Webp, false, true)]
    [InlineData(SKEncodedImageFormat.Webp, true, true)]
    [InlineData(SKEncodedImageFormat.Jpeg, true, false)]
    public async Task Image_OfATurnedCamera_IsUprightInEveryFormat(SKEncodedImageFormat format, bool isBigEndian, bool hasPrefix)
    {
        foreach (var (orientation, width, x, y) in new[] { (3, 320, 20, 140), (6, 160, 140, 300), (8, 160, 20, 20) })
        {
            var image = TestImages.WithExif(TestImages.Encode(640, 320, format), (ushort)orientation, "text", isBigEndian, hasPrefix);

            var (_, picture) = await ReadAsync(await MakeAsync(image));

            using var bitmap = SKBitmap.Decode(picture);
            Assert.Equal(width, bitmap.Width);
            AssertColor(SKColors.Lime, bitmap.GetPixel(x, y));
        }
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 16)]
    [InlineData(SKEncodedImageFormat.Jpeg, 300)]
    [InlineData(SKEncodedImageFormat.Png, 300)]
    [InlineData(SKEncodedImageFormat.Webp, 300)]
    public async Task Image_WithoutItsLastTwoBytes_IsWhole(SKEncodedImageFormat format, int side)
    {
        var (type, picture) = await ReadAsync(await MakeAsync(TestImages.Encode(side, side, format)[..^2]));

        using var bitmap = SKBitmap.Decode(picture);
        Assert.Equal(("image/jpeg", side), (type, bitmap.Height));
        AssertColor(SKColors.Blue, bitmap.GetPixel(side - 1, side - 1));
        AssertColor(SKColors.Red, bitmap.GetPixel(0, side - 1));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task Image_ThatIsCutInHalf_ShowsWhatIsLeft(SKEncodedImageFormat format)
    {
        var image = TestImages.Encode(800, 600, format, noise: true);

        var (_, picture) = await ReadAsync(await MakeAsync(image[..(image.Length / 2)]));

        using var bitmap = SKBitmap.Decode(picture);
        AssertColor(SKColors.Lime, bitmap.GetPixel(300, 5));
        var bottom = bitmap.GetPixel(5, 235);
        Assert.True(bottom.Alpha == 0 || bottom is { Red: > 120 and < 136, Green: > 120 and < 136 }, $"{bottom}");
    }

    [Fact]
    public async Task Image_ThatIsDamagedInItsMiddle_ShowsWhatIsLeft()
    {
        var image = TestImages.Encode(800, 600, SKEncodedImageFormat.Png, noise: true);
        image.AsSpan(image.Length / 2, 50).Fill(0x5A);

        var (_, picture) = await ReadAsync(await MakeAsync(image));

        using var bitmap = SKBitmap.Decode(picture);
        AssertColor(SKColors.Lime, bitmap.GetPixel(300, 5));
    }

    [Fact]
    public async Task Image_WithAsManyPixelsAsAreTaken_IsDecodedWithinTheLimits()
    {
        var (_, picture) = await ReadAsync(await MakeAsync(TestImages.Encode(10_000, 5_000, SKEncodedImageFormat.Png, isTransparent: true)));

        using var bitmap = SKBitmap.Decode(picture);
        Assert.Equal((320, 160), (bitmap.Width, bitmap.Height));
    }

    public static TheoryData<string, string> HostileImages => new()
    {
        { "bomb", "60000 x 60000 pixels" },
        { "someTooMany", "at most 50 million" },
        { "jpegHeader", "cut off" },
        { "pngHeader", "cut off" },
        { "webpHeader", "cut off|damaged" },
        { "cutOffPng", "cut off" },
        { "randomPng", "damaged" },
        { "randomJpeg", "damaged" },
        { "randomWebp", "damaged" },
        { "manyFrames", "1001 frames" },
        { "text", "not a JPEG" },
    };

    [Theory]
    [MemberData(nameof(HostileImages))]
    public async Task Image_ThatIsHostile_IsADeadLetterAtOnceThatSaysWhy(string image, string reason)
    {
        var job = await MakeAsync(Hostile(image));

        Assert.Equal(JobState.Discarded, job.State);
        Assert.Matches(reason, Assert.Single(job.Attempts).ErrorMessage!);
    }

    [Fact]
    public async Task Image_WhoseDecoderIsKilled_FailsTheAttemptAndIsTriedAgain()
    {
        // The decoder starts, and then waits for content that nobody may read yet.
        await worker.Control.PauseQueueAsync("media", Cancellation);
        var id = await worker.Services.UploadAsync(JobKinds.ImageThumbnail, upload => new ThumbnailPayload(upload), new MemoryStream(TestImages.Gif(1)), Cancellation);
        await using var connection = await worker.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var block = new NpgsqlCommand("lock table upload_chunks in access exclusive mode", connection, transaction);
        await block.ExecuteNonQueryAsync(Cancellation);
        await worker.Control.ResumeQueueAsync("media", Cancellation);
        await Eventually.IsTrueAsync(() => Task.FromResult(Decoders.Running().Count == 1), "the decoder", Cancellation);
        Decoders.Kill();
        await transaction.RollbackAsync(Cancellation);

        var job = await worker.FinishAsync(id, Cancellation);

        Assert.Equal(["failed", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        Assert.Contains("crashed (exit code 137)", job.Attempts[0].ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_OfAnotherUser_IsNotFound()
    {
        var id = await worker.Services.UploadAsync(
            JobKinds.ImageThumbnail, upload => new ThumbnailPayload(upload), new MemoryStream(TestImages.Gif(1)), Cancellation, asUser: Guid.NewGuid());

        var job = await worker.FinishAsync(id, Cancellation);

        Assert.Equal(JobState.Discarded, job.State);
        Assert.Contains("no such upload", Assert.Single(job.Attempts).ErrorMessage, StringComparison.Ordinal);
    }

    private static byte[] Hostile(string name)
    {
        var noise = new byte[5_000];
        new Random(1).NextBytes(noise);
        return name switch
        {
            "bomb" => TestImages.PngThatClaims(60_000, 60_000),
            "someTooMany" => TestImages.PngThatClaims(10_000, 5_001),
            "jpegHeader" => TestImages.HeaderOf(TestImages.Encode(800, 600, SKEncodedImageFormat.Jpeg)),
            "pngHeader" => TestImages.Encode(800, 600, SKEncodedImageFormat.Png)[..60],
            "webpHeader" => TestImages.Encode(800, 600, SKEncodedImageFormat.Webp)[..60],
            "cutOffPng" => TestImages.PngThatClaims(2_000, 2_000),
            "randomPng" => [0x89, .. "PNG\r\n\x1A\n"u8, .. noise],
            "randomJpeg" => [0xFF, 0xD8, 0xFF, .. noise],
            "randomWebp" => [.. "RIFF\0\0\0\0WEBP"u8, .. noise],
            "manyFrames" => TestImages.Gif(1_001),
            _ => "Not an image at all."u8.ToArray(),
        };
    }

    private static void AssertColor(SKColor expected, SKColor actual) =>
        Assert.True(
            Math.Abs(expected.Red - actual.Red) + Math.Abs(expected.Green - actual.Green) + Math.Abs(expected.Blue - actual.Blue) < 30,
            $"{actual} instead of {expected}");

    private async Task<JobDetails> MakeAsync(byte[] image) =>
        await worker.FinishAsync(
            await worker.Services.UploadAsync(JobKinds.ImageThumbnail, upload => new ThumbnailPayload(upload), new MemoryStream(image), Cancellation), Cancellation);

    private async Task<(string Type, byte[] Content)> ReadAsync(JobDetails job)
    {
        Assert.True(job.State is JobState.Completed, string.Join("; ", job.Attempts.Select(attempt => attempt.ErrorMessage)));
        var result = Assert.IsType<JobResult.File>(await worker.Reader.OpenResultAsync(job.Id, Cancellation));
        await using var file = result.Content;
        var content = new byte[file.Length];
        await file.Content.ReadExactlyAsync(content, Cancellation);
        return (file.ContentType, content);
    }
}
