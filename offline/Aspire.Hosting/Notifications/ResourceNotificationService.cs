using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Knows the state of every resource, and tells who wants to know. Every change reaches every watcher, in order.</summary>
public class ResourceNotificationService(IHostApplicationLifetime hostApplicationLifetime)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Channel<ResourceEvent>, bool> _watchers = [];

    /// <summary>What a wait does by default when the resource ends or fails.</summary>
    internal WaitBehavior DefaultWaitBehavior { get; set; } = WaitBehavior.StopOnResourceUnavailable;

    /// <summary>Changes what is known about every process of a resource.</summary>
    public async Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        foreach (var resourceId in resource.GetResourceIds())
        {
            await PublishUpdateAsync(resource, resourceId, stateFactory);
        }
    }

    /// <summary>Changes what is known about one process of a resource.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_lock)
        {
            var before = _current.TryGetValue(resourceId, out var known) ? known.Snapshot : Initial(resource);
            var change = new ResourceEvent(resource, resourceId, WithCommandStates(resource, stateFactory(before)));
            _current[resourceId] = change;

            // Inside the lock, so that all watchers see all changes in one order.
            foreach (var watcher in _watchers.Keys)
            {
                watcher.Writer.TryWrite(change);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>What is known now about a process, by its id or by the name of a resource that has only one.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
        {
            return _current.TryGetValue(resourceId, out resourceEvent);
        }
    }

    /// <summary>What is known about every process now, and every change from now on. Ends when the application has stopped.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var changes = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hostApplicationLifetime.ApplicationStopped);
        lock (_lock)
        {
            foreach (var known in _current.Values)
            {
                changes.Writer.TryWrite(known);
            }

            _watchers[changes] = true;
        }

        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(end.Token))
            {
                yield return change;
            }
        }
        finally
        {
            _watchers.TryRemove(changes, out _);
        }
    }

    /// <summary>Waits until a process of the resource is as asked.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the application stopped.</exception>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
        {
            if (string.Equals(change.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(change))
            {
                return change;
            }
        }

        throw new OperationCanceledException($"The application stopped before resource '{resourceName}' was as awaited.");
    }

    /// <summary>Waits until a process of the resource is in a state; <see cref="KnownResourceStates.Running"/> unless said.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a process of the resource is in one of several states, and says in which.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var change = await WaitForResourceAsync(resourceName, candidate => candidate.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken);
        return change.Snapshot.State!.Text;
    }

    /// <summary>Waits until a process of the resource is healthy and the subscribers of <see cref="ResourceReadyEvent"/> are done.</summary>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, DefaultWaitBehavior, cancellationToken);

    /// <summary>Waits until a process of the resource is healthy and the subscribers of <see cref="ResourceReadyEvent"/> are done.</summary>
    /// <exception cref="DistributedApplicationException">It ended or failed, and <paramref name="waitBehavior"/> is to give up then.</exception>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default) =>
        WaitForHealthyAsync(resourceName, resourceId: null, waitBehavior, cancellationToken);

    /// <summary>Waits until all that the resource has to wait for is there.</summary>
    /// <exception cref="DistributedApplicationException">Something of it ended or failed, and the wait is to give up then.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        var waits = resource.Annotations.OfType<WaitAnnotation>().SelectMany(wait => wait.Resource.GetResourceIds().Select(resourceId => WaitAsync(wait, resourceId, cancellationToken)));
        await Task.WhenAll(waits);
    }

    private async Task WaitAsync(WaitAnnotation wait, string resourceId, CancellationToken cancellationToken)
    {
        var behavior = wait.WaitBehavior ?? DefaultWaitBehavior;
        var name = wait.Resource.Name;
        switch (wait.WaitType)
        {
            case WaitType.WaitUntilHealthy:
                await WaitForHealthyAsync(name, resourceId, behavior, cancellationToken);
                break;
            case WaitType.WaitUntilStarted:
                var started = await WaitForResourceAsync(name, change => change.ResourceId == resourceId && (IsRunning(change) || (HasEnded(change) && behavior == WaitBehavior.StopOnResourceUnavailable)), cancellationToken);
                ThrowUnless(IsRunning(started), started);
                break;
            default:
                var ended = await WaitForResourceAsync(name, change => change.ResourceId == resourceId && HasEnded(change), cancellationToken);
                ThrowUnless(ended.Snapshot.ExitCode == wait.ExitCode, ended);
                break;
        }
    }

    private async Task<ResourceEvent> WaitForHealthyAsync(string resourceName, string? resourceId, WaitBehavior waitBehavior, CancellationToken cancellationToken)
    {
        var change = await WaitForResourceAsync(
            resourceName,
            candidate => (resourceId is null || candidate.ResourceId == resourceId)
                && (candidate.Snapshot is { HealthStatus: HealthStatus.Healthy, Ready: not null } || (HasEnded(candidate) && waitBehavior == WaitBehavior.StopOnResourceUnavailable)),
            cancellationToken);
        ThrowUnless(IsRunning(change), change);
        await change.Snapshot.Ready!.WaitAsync(cancellationToken);
        return change;
    }

    private static bool IsRunning(ResourceEvent change) => change.Snapshot.State?.Text == KnownResourceStates.Running;

    private static bool HasEnded(ResourceEvent change) => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text);

    private static void ThrowUnless(bool asAwaited, ResourceEvent change)
    {
        if (!asAwaited)
        {
            var code = change.Snapshot.ExitCode is { } exitCode ? $" with exit code {exitCode}" : "";
            throw new DistributedApplicationException($"Gave up waiting for resource '{change.ResourceId}': it is in state '{change.Snapshot.State?.Text}'{code}.");
        }
    }

    private static CustomResourceSnapshot Initial(IResource resource) =>
        resource.TryGetLastAnnotation<InitialSnapshotAnnotation>(out var initial)
            ? initial.Snapshot
            : new CustomResourceSnapshot { ResourceType = resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal), Properties = [] };

    private static CustomResourceSnapshot WithCommandStates(IResource resource, CustomResourceSnapshot snapshot) => snapshot with
    {
        Commands = [.. resource.Annotations.OfType<ResourceCommandAnnotation>().Select(command => command.ToSnapshot(snapshot))],
    };
}
