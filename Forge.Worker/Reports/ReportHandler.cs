using Forge.Contracts;
using Forge.Data.Sales;
using Forge.Jobs;

namespace Forge.Worker.Reports;

/// <summary>Makes the PDF of a <c>report.generate</c> job: reads the sales page by page, draws each, and keeps the file as the job's result.</summary>
internal sealed class ReportHandler(SalesReader sales, TimeProvider timeProvider) : IJobHandler<ReportPayload>
{
    public async Task HandleAsync(JobContext<ReportPayload> context, CancellationToken cancellationToken)
    {
        var (reportId, pages) = context.Payload;
        using var report = new SalesReport(reportId, pages, timeProvider.GetUtcNow());
        var lastId = 0L;
        var reported = 0;
        for (var page = 1; page <= pages; page++)
        {
            var rows = await sales.ReadAfterAsync(lastId, SalesReport.RowsPerPage, cancellationToken);
            lastId = rows is [.., var last] ? last.Id : lastId;
            report.AddPage(rows);

            // 100 is for the finished file.
            var percent = page * 99 / pages;
            if (percent > reported)
            {
                await context.ReportProgressAsync(percent, $"Page {page} of {pages}", cancellationToken);
                reported = percent;
            }
        }

        var file = await BuildAsync(report, cancellationToken);
        context.SetResultFile(file, "application/pdf", $"{reportId}.pdf");
    }

    // Half a second of CPU for 500 pages: on a thread of its own, the pool's threads stay free for heartbeats.
    private static Task<byte[]> BuildAsync(SalesReport report, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(report.Build, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
