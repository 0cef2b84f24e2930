namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that Aspire runs as a container; here a native server takes its place.</summary>
public class ContainerResource(string name)
{
    /// <summary>The name of the resource.</summary>
    public string Name { get; } = name;
}
