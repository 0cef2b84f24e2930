using Forge.Data.Uploads;
using Forge.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Worker.Tests.Uploads;

/// <summary>Uploads with their job, as the API stores them.</summary>
internal static class TestUploads
{
    public static async Task<Guid> UploadAsync<TPayload>(this IServiceProvider services, string kind, Func<Guid, TPayload> createPayload, Stream content, CancellationToken cancellationToken, Guid? asUser = null)
        where TPayload : notnull
    {
        var queue = services.GetRequiredService<IJobQueue>();
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var userId = await TestUser.AddAsync(transaction, cancellationToken);
        var uploadId = Guid.NewGuid();
        var job = await queue.EnqueueAsync(JobRequest.For(kind, createPayload(uploadId)) with { Owner = (asUser ?? userId).ToString() }, transaction, cancellationToken);
        await UploadTable.AddAsync(new Upload(uploadId, userId, job.JobId, content.Length), content, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await queue.AnnounceAsync([job.JobId], cancellationToken);
        return job.JobId;
    }

    public static async Task<JobDetails> FinishAsync(this WorkerHost worker, Guid jobId, CancellationToken cancellationToken)
    {
        await worker.FollowToTheEndAsync(jobId, cancellationToken);
        return (await worker.Reader.FindAsync(jobId, cancellationToken))!;
    }
}
