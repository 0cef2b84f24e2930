namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that Aspire runs as a container; here a native server takes its place.</summary>
public class ContainerResource(string name, string? entrypoint = null) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>The program to run in the container instead of the image's own.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}
