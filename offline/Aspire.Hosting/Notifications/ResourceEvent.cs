namespace Aspire.Hosting.ApplicationModel;

/// <summary>A change of one process of a resource.</summary>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The id of the process: the resource's name, followed by a number where there are replicas.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>What is known since the change.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
