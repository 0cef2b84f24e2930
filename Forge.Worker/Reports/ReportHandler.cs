using Forge.Contracts;
using Forge.Data.Sales;
using Forge.Jobs;

namespace Forge.Worker.Reports;

/// <summary>Makes the PDF of a <c>report.generate</c> job, which becomes the job's result.</summary>
internal sealed class ReportHandler(SalesReader sales, TimeProvider timeProvider) : IJobHandler<ReportPayload>
{
    public async Task HandleAsync(JobContext<ReportPayload> context, CancellationToken cancellationToken)
    {
        var file = await MakeAsync(context, cancellationToken);
        context.SetResultFile(file, "application/pdf", $"{context.Payload.ReportId}.pdf");
    }

    /// <summary>Draws a page at a time between asynchronous reads, so that no page holds its thread for more than some milliseconds.</summary>
    private async Task<byte[]> MakeAsync(JobContext<ReportPayload> context, CancellationToken cancellationToken)
    {
        var (reportId, pages) = context.Payload;
        using var report = new SalesReport(reportId, pages, timeProvider.GetUtcNow());
        var lastId = 0L;
        for (var page = 1; page <= pages; page++)
        {
            var rows = await sales.ReadAfterAsync(lastId, SalesReport.RowsPerPage, cancellationToken);
            lastId = rows is [.., var last] ? last.Id : lastId;
            report.AddPage(rows);

            // Whole percents only, and 100 is for the finished file.
            if (page * 99 / pages is var percent && percent > (page - 1) * 99 / pages)
            {
                await context.ReportProgressAsync(percent, $"Page {page} of {pages}", cancellationToken);
            }
        }

        return await BuildAsync(report, cancellationToken);
    }

    // Half a second of CPU for 500 pages: on a thread of its own, so that the pool's are free for heartbeats.
    private static Task<byte[]> BuildAsync(SalesReport report, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(report.Build, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
