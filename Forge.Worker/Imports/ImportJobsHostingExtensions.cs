using Forge.Contracts;
using Forge.Worker.Imports;

namespace Microsoft.Extensions.Hosting;

internal static class ImportJobsHostingExtensions
{
    /// <summary>Runs <c>pipeline.import</c> in this worker.</summary>
    public static TBuilder AddImportJobs<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddUploads();
        builder.Services.AddJobHandler<ImportPayload, ImportHandler>(JobKinds.PipelineImport);
        return builder;
    }
}
