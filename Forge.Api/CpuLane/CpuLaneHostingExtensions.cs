using Forge.Api.CpuLane;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

internal static class CpuLaneHostingExtensions
{
    /// <summary>Adds <see cref="CpuLaneThreads"/> and the answer for a full one.</summary>
    public static TBuilder AddCpuLane<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptionsWithValidateOnStart<CpuLaneOptions>().BindConfiguration(CpuLaneOptions.SectionName);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CpuLaneOptions>, CpuLaneOptionsValidator>());
        builder.Services.TryAddSingleton<CpuLaneThreads>();
        builder.Services.AddExceptionHandler<CpuLaneFullExceptionHandler>();
        return builder;
    }
}
