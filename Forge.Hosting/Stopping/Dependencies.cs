using Aspire.Hosting.ApplicationModel;

namespace Forge.Hosting.Stopping;

/// <summary>What a resource needs while it runs: what it waits for, what it references, and the parents of these.</summary>
internal static class Dependencies
{
    private const string Reference = "Reference";

    public static HashSet<IResource> Of(IResource resource)
    {
        var found = new HashSet<IResource>();
        foreach (var annotation in resource.Annotations)
        {
            var needed = annotation switch
            {
                WaitAnnotation wait => wait.Resource,
                ResourceRelationshipAnnotation { Type: Reference } relationship => relationship.Resource,
                _ => null,
            };
            for (; needed is not null && needed != resource; needed = (needed as IResourceWithParent)?.Parent)
            {
                found.Add(needed);
            }
        }

        return found;
    }
}
