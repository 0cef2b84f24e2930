using Forge.Api.Jobs;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

internal static class JobsApiHostingExtensions
{
    /// <summary>Adds what the routes of the durable lane need: the job queue, and what reads requests for it.</summary>
    public static TBuilder AddJobsApi<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddRedisClient("redis", settings => settings.DisableHealthChecks = true); // the jobs' own check calls a missing Redis degraded, which it is
        builder.AddForgeJobs();
        builder.Services.TryAddSingleton<JobRequestReader>();
        return builder;
    }
}
