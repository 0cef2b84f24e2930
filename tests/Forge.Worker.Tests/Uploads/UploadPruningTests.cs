using Forge.Contracts;
using Forge.Data.Uploads;
using Forge.Jobs;
using Forge.Worker.Tests.Images;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Worker.Tests.Uploads;

[Collection(nameof(Decoders))]
public sealed class UploadPruningTests(WorkerHost worker)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_IsKeptWhileItsJobMayNeedIt_AndNoLonger()
    {
        var dead = await UploadAsync();
        var deleted = await UploadAsync();
        var completed = await UploadAsync();
        Assert.Equal(JobState.Discarded, (await worker.FinishAsync(dead, Cancellation)).State);
        await worker.FinishAsync(deleted, Cancellation);
        await worker.FinishAsync(completed, Cancellation);
        await worker.Control.DeleteAsync(deleted, Cancellation);
        await ExecuteAsync("update jobs.job set state = 'completed', finished_at = now() - interval '61 minutes' where id = @id", completed);

        await worker.Services.GetRequiredService<UploadTable>().DeleteUnneededAsync(Cancellation);

        Assert.Equal(1L, await ExecuteAsync("select count(*) from uploads join upload_chunks on upload_id = id where job_id = @id", dead));
        Assert.Equal(0L, await ExecuteAsync("select count(*) from uploads where job_id = @id", deleted));
        Assert.Equal(0L, await ExecuteAsync("select count(*) from uploads where job_id = @id", completed));
    }

    private async Task<Guid> UploadAsync() =>
        await worker.Services.UploadAsync(JobKinds.ImageThumbnail, id => new ThumbnailPayload(id), new MemoryStream("no image"u8.ToArray()), Cancellation);

    private async Task<object?> ExecuteAsync(string sql, Guid jobId)
    {
        await using var command = worker.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        command.Parameters.Add(new("id", jobId));
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
