using Forge.Data.Uploads;
using Forge.Worker.Uploads;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

internal static class UploadsHostingExtensions
{
    /// <summary>Adds the uploads that jobs work on, and their end.</summary>
    public static TBuilder AddUploads<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton<UploadTable>();
        builder.Services.AddHostedService<UploadPruner>();
        return builder;
    }
}
