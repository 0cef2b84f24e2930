using Forge.Contracts;
using Forge.Data.Uploads;
using Forge.Jobs;
using Forge.Worker.Uploads;

namespace Forge.Worker.Images;

/// <summary>Makes the thumbnail of an uploaded image, which becomes the job's result. It has no other effect, so running twice does no harm.</summary>
internal sealed class ThumbnailHandler(UploadTable uploads, ThumbnailProcess thumbnails) : IJobHandler<ThumbnailPayload>
{
    public async Task HandleAsync(JobContext<ThumbnailPayload> context, CancellationToken cancellationToken)
    {
        var upload = await uploads.FindForAsync(context, context.Payload.UploadId, cancellationToken);
        await using var content = uploads.OpenContent(upload);
        var thumbnail = await thumbnails.MakeAsync(content, cancellationToken);
        var (type, extension) = thumbnail is [0x89, ..] ? ("image/png", "png") : ("image/jpeg", "jpg");
        context.SetResultFile(thumbnail, type, $"thumbnail.{extension}");
    }
}
