using Forge.Api.Reports;
using Forge.Data.Sales;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

internal static class ReportsHostingExtensions
{
    private const long CacheBytes = 8 * 1024 * 1024;

    public static TBuilder AddReports<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddPostResponseTasks();
        builder.Services.AddOutputCache(options => options.SizeLimit = CacheBytes);
        builder.Services.TryAddSingleton<SalesReader>();
        builder.Services.TryAddSingleton<ReportTable>();
        builder.Services.TryAddSingleton<ReportWriter>();
        builder.Services.AddHostedService<ReportPruner>();
        return builder;
    }
}
