using Forge.Data.Uploads;
using Forge.Jobs;

namespace Forge.Worker.Uploads;

internal static class UploadExtensions
{
    /// <summary>The upload that a job works on. Anybody may enqueue a job with any id in its payload, but only with an upload of the same user does it run.</summary>
    /// <exception cref="DoNotRetryException">There is none for this job.</exception>
    public static async Task<Upload> FindForAsync(this UploadTable uploads, JobContext job, Guid uploadId, CancellationToken cancellationToken) =>
        await uploads.FindAsync(uploadId, cancellationToken) is { } upload && upload.UserId.ToString() == job.Owner
            ? upload
            : throw new DoNotRetryException("There is no such upload; it is kept for an hour after its job has completed. Upload the file again.");
}
