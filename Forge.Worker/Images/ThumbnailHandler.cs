using Forge.Contracts;
using Forge.Data.Uploads;
using Forge.Jobs;
using Forge.Worker.Uploads;

namespace Forge.Worker.Images;

/// <summary>Makes the thumbnail of an uploaded image, which becomes the job's result. It has no other effect, so running twice does no harm.</summary>
internal sealed class ThumbnailHandler(UploadTable uploads, ThumbnailProcess thumbnails) : IJobHandler<ThumbnailPayload>
{
    /// <summary>An image that its decoder crashed on is tried again, in case it was the machine's fault. After that it is the image's.</summary>
    private const int MostCrashes = 3;

    public async Task HandleAsync(JobContext<ThumbnailPayload> context, CancellationToken cancellationToken)
    {
        var upload = await uploads.FindForAsync(context, context.Payload.UploadId, cancellationToken);
        await using var content = uploads.OpenContent(upload);
        var thumbnail = await MakeAsync(content, context.Attempt, cancellationToken);
        var (type, extension) = thumbnail is [0x89, ..] ? ("image/png", "png") : ("image/jpeg", "jpg");
        context.SetResultFile(thumbnail, type, $"thumbnail.{extension}");
    }

    private async Task<byte[]> MakeAsync(Stream content, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await thumbnails.MakeAsync(content, cancellationToken);
        }
        catch (Exception exception) when (attempt >= MostCrashes && exception is (InvalidOperationException or TimeoutException))
        {
            throw new DoNotRetryException(exception.Message, exception);
        }
    }
}
