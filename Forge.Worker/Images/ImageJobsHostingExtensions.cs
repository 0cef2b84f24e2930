using Forge.Contracts;
using Forge.Worker.Images;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

internal static class ImageJobsHostingExtensions
{
    /// <summary>Runs <c>image.thumbnail</c> in this worker.</summary>
    public static TBuilder AddImageJobs<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddUploads();
        builder.Services.AddOptionsWithValidateOnStart<ImageOptions>().BindConfiguration(ImageOptions.SectionName);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImageOptions>, ImageOptionsValidator>());
        builder.Services.TryAddSingleton<ThumbnailProcess>();
        builder.Services.AddJobHandler<ThumbnailPayload, ThumbnailHandler>(JobKinds.ImageThumbnail);
        return builder;
    }
}
