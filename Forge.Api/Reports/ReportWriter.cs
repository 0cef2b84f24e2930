using Forge.Api.CpuLane;
using Forge.Data.Sales;

namespace Forge.Api.Reports;

/// <summary>Reads the sales asynchronously, draws their summary where it holds no request up, and keeps it for an hour.</summary>
internal sealed class ReportWriter(SalesReader sales, CpuLaneThreads cpuLane, ReportTable reports, TimeProvider timeProvider)
{
    private const int PageSize = 1_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Writes the report and tells how many rows it sums up.</summary>
    public async Task<int> WriteAsync(string reportId, CancellationToken cancellationToken)
    {
        var summary = await ReadAsync(cancellationToken);
        var pdf = await cpuLane.RunAsync(() => SalesSummaryPdf.Write(reportId, summary), cancellationToken);
        await reports.SaveAsync(reportId, new StoredReport("application/pdf", pdf), timeProvider.GetUtcNow() + Lifetime, cancellationToken);
        return summary.Rows;
    }

    private async Task<SalesSummary> ReadAsync(CancellationToken cancellationToken)
    {
        var summary = new SalesSummary();
        var after = 0L;
        while (await sales.ReadAfterAsync(after, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                summary.Add(row);
            }

            after = page[^1].Id;
        }

        return summary;
    }
}
