using Forge.Contracts;
using Forge.Jobs;
using Forge.Worker.Tests.Uploads;
using Npgsql;

namespace Forge.Worker.Tests.Images;

[Collection(nameof(Decoders))]
public sealed class ThumbnailPlacesTests(WorkerSite site) : IClassFixture<WorkerSite>
{
    private const int Places = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thumbnails_ThatWaitForADecoder_LeavePlacesForOtherJobs()
    {
        for (var count = 0; count < Places + 2; count++)
        {
            await site.Services.UploadAsync(JobKinds.ImageThumbnail, upload => new ThumbnailPayload(upload), new MemoryStream(TestImages.Gif(1)), Cancellation);
        }

        // What the decoders wait for, and all others for them.
        await using var connection = await site.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var block = new NpgsqlCommand("lock table upload_chunks in access exclusive mode", connection, transaction);
        await block.ExecuteNonQueryAsync(Cancellation);
        using var worker = WorkerProcess.Start(new Dictionary<string, string?>(site.Settings) { ["Jobs:Worker:Concurrency"] = $"{Places}" });
        await Eventually.IsTrueAsync(async () => await CountRunningAsync() >= 8, "as many thumbnails as run at once", Cancellation);

        var other = await site.EnqueueAsync(JobKinds.DemoNoop, new DemoNoopPayload());

        await site.WaitForAsync(other, JobState.Completed);
        Assert.InRange(await CountRunningAsync(), 1, 8); // fewer where one has waited for too long and failed
    }

    private async Task<long> CountRunningAsync()
    {
        await using var command = site.Database.CreateCommand("select count(*) from jobs.job where state = 'running' and kind = @kind");
        command.Parameters.Add(new("kind", JobKinds.ImageThumbnail));
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
