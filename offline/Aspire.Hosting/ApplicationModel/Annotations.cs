namespace Aspire.Hosting.ApplicationModel;

/// <summary>A health check that the resource must pass to be healthy.</summary>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The name under which the check is registered.</summary>
    public string Key { get; } = key;
}

/// <summary>How many processes run of a project.</summary>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>The number.</summary>
    public int Replicas { get; } = replicas;
}

/// <summary>The resource starts only by command.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>The launch profile that a project is started with.</summary>
public sealed class LaunchProfileAnnotation(string launchProfileName) : IResourceAnnotation
{
    /// <summary>The name of the profile.</summary>
    public string LaunchProfileName { get; } = launchProfileName;
}

/// <summary>A link from one resource to another, for display.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What it is: <c>Reference</c>, <c>Parent</c>, <c>WaitFor</c>.</summary>
    public string Type { get; } = type;
}

/// <summary>A volume or folder in a container.</summary>
public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    /// <summary>The name of the volume, or the folder; null for a volume without a name.</summary>
    public string? Source { get; } = source;

    /// <summary>Where the container finds it.</summary>
    public string Target { get; } = target;

    /// <summary>Which of the two.</summary>
    public ContainerMountType Type { get; } = type;

    /// <summary>Whether the container may only read it.</summary>
    public bool IsReadOnly { get; } = isReadOnly;
}

/// <summary>What a container finds in a folder.</summary>
public enum ContainerMountType
{
    /// <summary>A folder of this machine.</summary>
    BindMount = 0,

    /// <summary>A volume.</summary>
    Volume = 1,
}

/// <summary>An address that the resource is shown with.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The address.</summary>
    public required string Url { get; set; }

    /// <summary>What to show for it.</summary>
    public string? DisplayText { get; set; }
}

/// <summary>The project that a resource runs.</summary>
internal sealed class ProjectMetadataAnnotation(IProjectMetadata metadata) : IResourceAnnotation
{
    public IProjectMetadata Metadata { get; } = metadata;
}

/// <summary>What a resource looks like before it starts.</summary>
internal sealed class InitialSnapshotAnnotation(CustomResourceSnapshot snapshot) : IResourceAnnotation
{
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
