using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Watching;

namespace Forge.Hosting.Stopping;

/// <summary>The processes and containers that run, by the last that was heard of each.</summary>
internal sealed class RunningInstances : IResourceObserver
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _last = new();

    public void Observe(ResourceEvent change) => _last[change.ResourceId] = change;

    /// <summary>
    /// Those of one resource: more than one where it has replicas, none where it has no stop command. The dashboard has none: it stays until the others
    /// have sent it what they know.
    /// </summary>
    public IEnumerable<ResourceEvent> Of(IResource resource) => _last.Values.Where(change =>
        change.Resource == resource
        && resource.Annotations.OfType<ResourceCommandAnnotation>().Any(command => command.Name == KnownResourceCommands.StopCommand)
        && change.Snapshot.State?.Text is { } state
        && (state == KnownResourceStates.Running || state == KnownResourceStates.Starting || state == KnownResourceStates.Stopping));
}
