using Forge.Api.Uploads;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

internal static class UploadsHostingExtensions
{
    /// <summary>Adds what the routes that take files need, beside the job queue.</summary>
    public static TBuilder AddUploads<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptionsWithValidateOnStart<UploadOptions>().BindConfiguration(UploadOptions.SectionName);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<UploadOptions>, UploadOptionsValidator>());
        builder.Services.TryAddSingleton<UploadDisk>();
        builder.Services.TryAddSingleton<UploadReader>();
        builder.Services.TryAddSingleton<UploadDesk>();
        return builder;
    }
}
