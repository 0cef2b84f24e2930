using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Native;

/// <summary>On a container resource: the native server that runs here in the place of the container.</summary>
internal sealed class NativeServerAnnotation(Func<NativeServerContext, CancellationToken, Task<ProcessSpec>> prepareAsync) : IResourceAnnotation
{
    /// <summary>
    /// Makes the data folder ready and says which process to start. Called at every start of the resource.
    /// Throws <see cref="DistributedApplicationException"/> with one line for the user when it cannot.
    /// </summary>
    public Func<NativeServerContext, CancellationToken, Task<ProcessSpec>> PrepareAsync { get; } = prepareAsync;
}

/// <param name="Resource">The resource to start.</param>
/// <param name="Port">The port on loopback that the orchestrator chose for the resource's primary endpoint.</param>
/// <param name="VolumeName">The data volume whose content is kept between runs; null for data that is thrown away at the end.</param>
/// <param name="Logger">Writes into the resource's own log.</param>
internal sealed record NativeServerContext(ContainerResource Resource, int Port, string? VolumeName, ILogger Logger)
{
    /// <summary>The folder of this machine that holds the data; null for one that <see cref="VolumeName"/> decides about.</summary>
    public string? BoundFolder { get; init; }
}
