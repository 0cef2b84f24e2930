using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;

namespace Aspire.Hosting.Orchestrator;

/// <summary>Resources without a process of their own, such as a database in its server: they are in the state of their parent, and healthy by their own checks.</summary>
internal sealed class ChildResources(ResourceNotificationService notifications, HealthMonitor health)
{
    /// <summary>Follows the parent until <paramref name="cancellationToken"/> ends it.</summary>
    public async Task FollowAsync(IResourceWithParent child, CancellationToken cancellationToken)
    {
        var parentId = child.Parent.GetResourceIds()[0];
        CancellationTokenSource? running = null;
        Task watching = Task.CompletedTask;
        string? state = null;
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken))
            {
                if (change.ResourceId != parentId)
                {
                    continue;
                }

                if (change.Snapshot.State?.Text != state)
                {
                    state = change.Snapshot.State?.Text;
                    await EndAsync();
                    await notifications.PublishUpdateAsync(child, snapshot => snapshot with
                    {
                        State = change.Snapshot.State,
                        ExitCode = change.Snapshot.ExitCode,
                        HealthReports = [.. child.Annotations.OfType<HealthCheckAnnotation>().Select(check => new HealthReportSnapshot(check.Key, Status: null, Description: null, ExceptionText: null))],
                        Ready = null,
                    });
                }

                if (state == KnownResourceStates.Running && running is null && change.Snapshot.Ready is { } parentReady)
                {
                    running = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    watching = WatchAsync(child, parentReady, running.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            await EndAsync();
        }

        async Task EndAsync()
        {
            if (running is not null)
            {
                await running.CancelAsync();
                await watching;
                running.Dispose();
                running = null;
            }
        }
    }

    /// <summary>Lets a resource that is only an address or a value be there, once what it waits for is.</summary>
    public async Task RunAsync(IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            await notifications.WaitForDependenciesAsync(resource, cancellationToken);
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = KnownResourceStates.Running });
            await health.WatchAsync(resource, resource.Name, new Dictionary<EndpointAnnotation, int>(), () => { }, cancellationToken);
        }
        catch (DistributedApplicationException)
        {
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = KnownResourceStates.FailedToStart });
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
    }

    private async Task WatchAsync(IResource child, Task parentReady, CancellationToken cancellationToken)
    {
        // What made the parent ready may have made the child; a failure there is logged with the parent, and the child's checks will tell.
        await parentReady.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await health.WatchAsync(child, child.Name, new Dictionary<EndpointAnnotation, int>(), () => { }, cancellationToken);
    }
}
