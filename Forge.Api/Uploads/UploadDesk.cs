using System.Security.Cryptography;
using System.Text;
using Forge.Data.Uploads;
using Forge.Jobs;
using Npgsql;

namespace Forge.Api.Uploads;

/// <summary>Takes files in: the file and the job that works on it are committed together, or neither is.</summary>
internal sealed class UploadDesk(NpgsqlDataSource dataSource, IJobQueue queue, TimeProvider timeProvider)
{
    /// <summary>Stores the file with the job that <paramref name="createJob"/> makes for the upload's id. A repetition under the same key stores nothing.</summary>
    public async Task<EnqueueResult> TakeAsync(ReceivedFile file, Guid userId, string? idempotencyKey, Func<Guid, JobRequest> createJob, CancellationToken cancellationToken)
    {
        var uploadId = Guid.CreateVersion7(timeProvider.GetUtcNow());
        var job = createJob(uploadId);
        job = job with
        {
            Owner = userId.ToString(),
            IdempotencyKey = idempotencyKey,
            // Not the payload, whose upload is a new one each time.
            RequestHash = SHA256.HashData([.. Encoding.UTF8.GetBytes(job.Kind), .. file.Hash]),
        };

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var enqueued = await queue.EnqueueAsync(job, transaction, cancellationToken);
        if (enqueued is EnqueueResult.Enqueued)
        {
            await UploadTable.AddAsync(new Upload(uploadId, userId, enqueued.JobId, file.Content.Length), file.Content, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);

            // Dying here leaves a committed job that a worker finds at its next fallback poll.
            await queue.AnnounceAsync([enqueued.JobId], cancellationToken);
        }

        return enqueued;
    }
}
