using Forge.Worker.Images;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace Forge.Worker.Tests.Images;

[Collection(nameof(Decoders))]
public sealed class ThumbnailProcessTests
{
    private readonly FakeLogger<ThumbnailProcess> _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Decoder_ThatIsKilled_IsACrashWithItsExitCode()
    {
        using var thumbnails = Create(TimeSpan.FromMinutes(2));
        using var image = new WatchedImage(TestImages.Gif(1), Decoders.Kill);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => thumbnails.MakeAsync(image, Cancellation));

        Assert.Contains("crashed (exit code 137)", exception.Message, StringComparison.Ordinal);
        await AssertNoneIsLeftAsync();
    }

    [Fact]
    public async Task Decoder_ThatDiesWithLastWords_LeavesThemToTheLog()
    {
        using var thumbnails = Create(TimeSpan.FromMinutes(2));
        using var image = new MemoryStream(new byte[80 * 1024 * 1024]); // more than its memory is made for

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => thumbnails.MakeAsync(image, Cancellation));

        Assert.Matches(@"^The image decoder crashed \(exit code \d+\)\.$", exception.Message);
        Assert.Contains("Out of memory", _log.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoder_ThatHangs_IsEndedAtItsTimeLimit()
    {
        using var thumbnails = Create(TimeSpan.FromSeconds(1));
        using var image = new WatchedImage(TestImages.Gif(1), Decoders.Freeze);

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => thumbnails.MakeAsync(image, Cancellation));

        Assert.Contains("longer than 1 s", exception.Message, StringComparison.Ordinal);
        await AssertNoneIsLeftAsync();
    }

    [Fact]
    public async Task Decoder_WhoseJobIsCancelled_IsEnded()
    {
        using var thumbnails = Create(TimeSpan.FromMinutes(2));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var image = new WatchedImage(TestImages.Gif(1), cancel.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => thumbnails.MakeAsync(image, cancel.Token));

        await AssertNoneIsLeftAsync();
    }

    private ThumbnailProcess Create(TimeSpan timeout) => new(Options.Create(new ImageOptions { Timeout = timeout }), TimeProvider.System, _log);

    private static Task AssertNoneIsLeftAsync() => Eventually.IsTrueAsync(() => Task.FromResult(Decoders.Running().Count == 0), "the decoder's end", Cancellation);

    /// <summary>An image that does something when its decoder runs and has not got it yet.</summary>
    private sealed class WatchedImage(byte[] content, Action whenRead) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == 0)
            {
                whenRead();
            }

            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
