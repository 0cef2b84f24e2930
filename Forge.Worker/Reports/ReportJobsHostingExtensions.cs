using Forge.Contracts;
using Forge.Data.Sales;
using Forge.Worker.Reports;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

internal static class ReportJobsHostingExtensions
{
    /// <summary>Runs <c>report.generate</c> in this worker.</summary>
    public static TBuilder AddReportJobs<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton<SalesReader>();
        builder.Services.AddJobHandler<ReportPayload, ReportHandler>(JobKinds.ReportGenerate);
        return builder;
    }
}
