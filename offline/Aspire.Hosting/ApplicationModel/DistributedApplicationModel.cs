namespace Aspire.Hosting.ApplicationModel;

/// <summary>Everything that the application consists of.</summary>
public class DistributedApplicationModel(IResourceCollection resources)
{
    /// <summary>The resources, in the order in which they were added.</summary>
    public IResourceCollection Resources { get; } = resources;
}
