using Forge.Api.Uploads;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

internal static class UploadsHostingExtensions
{
    /// <summary>Adds what the routes that take files need, beside the job queue.</summary>
    public static TBuilder AddUploads<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton<UploadDesk>();
        return builder;
    }
}
