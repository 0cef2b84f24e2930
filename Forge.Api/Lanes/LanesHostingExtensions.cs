using Forge.Api.Lanes;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

internal static class LanesHostingExtensions
{
    /// <summary>Adds the live comparison of the lanes.</summary>
    public static TBuilder AddLanes<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton<LaneFigures>();
        builder.Services.TryAddSingleton<DurableRuns>();
        return builder;
    }
}
