using Forge.Contracts;
using Forge.Jobs;
using UglyToad.PdfPig;

namespace Forge.Worker.Tests.Reports;

public sealed class ReportHandlerTests(WorkerHost worker)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_WithTheMostPages_IsAPdfOfAllRowsInThatManyPages()
    {
        var id = await worker.EnqueueAsync(JobKinds.ReportGenerate, new ReportPayload("year-2025", 500), Cancellation);

        var seen = await worker.FollowToTheEndAsync(id, Cancellation);

        Assert.Equal(JobState.Completed, seen[^1].State);
        using var document = PdfDocument.Open(await ReadResultAsync(id));
        Assert.Equal(500, document.NumberOfPages);
        Assert.Contains("Page 1 of 500", document.GetPage(1).Text, StringComparison.Ordinal);
        Assert.Contains("Unit price", document.GetPage(250).Text, StringComparison.Ordinal);
        Assert.Contains("Grand total, 20,000 rows31,686,569.00", document.GetPage(500).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_WhileItIsMade_TellsGrowingProgress()
    {
        var id = await worker.EnqueueAsync(JobKinds.ReportGenerate, new ReportPayload("progress", 60), Cancellation);

        var seen = await worker.FollowToTheEndAsync(id, Cancellation);

        var progress = seen.Select(snapshot => snapshot.Progress).ToList();
        Assert.Equal(progress.Order(), progress);
        Assert.Contains(progress, percent => percent is > 0 and < 100);
        Assert.Equal(100, progress[^1]);
    }

    [Fact]
    public async Task Report_WithOnePage_HasOnePage()
    {
        var id = await worker.EnqueueAsync(JobKinds.ReportGenerate, new ReportPayload("one", 1), Cancellation);

        await worker.FollowToTheEndAsync(id, Cancellation);

        using var document = PdfDocument.Open(await ReadResultAsync(id));
        Assert.Equal(1, document.NumberOfPages);
    }

    private async Task<byte[]> ReadResultAsync(Guid id)
    {
        var result = Assert.IsType<JobResult.File>(await worker.Reader.OpenResultAsync(id, Cancellation));
        await using var file = result.Content;
        Assert.Equal("application/pdf", file.ContentType);
        var content = new byte[file.Length];
        await file.Content.ReadExactlyAsync(content, Cancellation);
        return content;
    }
}
