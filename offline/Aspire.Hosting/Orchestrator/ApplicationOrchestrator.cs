using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Output;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestrator;

/// <summary>Starts everything that the model holds, side by side where nothing has to wait, and stops it: the services together, then the stores.</summary>
internal sealed class ApplicationOrchestrator(
    DistributedApplicationModel model,
    IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    PortAllocator ports,
    ChildResources children,
    StartupWatch startup,
    ProcessHost host,
    IServiceProvider services,
    ConsoleOutput? output = null) : IHostedService, IDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoreGrace = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan SubscriberGrace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _shutdown = new();
    private readonly List<ResourceProcess> _processes = [];
    private readonly List<Task> _followers = [];
    private volatile bool _isKilling;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        await PublishValuesAsync(cancellationToken);
        CreateProcesses();
        output?.WriteAddresses(model);
        await PublishAllocatedAsync(cancellationToken);
        foreach (var resource in model.Resources)
        {
            await eventing.PublishAsync(new InitializeResourceEvent(resource, eventing, logs, notifications, services), cancellationToken);
        }

        Begin();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _shutdown.CancelAsync();
        await Task.WhenAll(_processes.Where(process => process.Resource is not ContainerResource).Select(process => process.StopAsync(_isKilling ? TimeSpan.Zero : Drain)));
        await Task.WhenAll(_processes.Where(process => process.Resource is ContainerResource).Select(process => process.StopAsync(_isKilling ? TimeSpan.Zero : StoreGrace)));
        await Task.WhenAll(_processes.Select(process => process.Stopped).Concat(_followers)).WaitAsync(SubscriberGrace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartAsync(string resourceId, CancellationToken cancellationToken) => Find(resourceId).StartAsync(cancellationToken);

    public Task StopAsync(string resourceId) => Find(resourceId).StopAsync(Drain);

    /// <summary>Ends everything at once.</summary>
    public Task KillAllAsync()
    {
        _isKilling = true;
        return Task.WhenAll(_processes.Select(process => process.KillAsync()));
    }

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _shutdown.Dispose();
    }

    private static bool HasProcess(IResource resource) => resource is ProjectResource or ExecutableResource or ContainerResource;

    private static bool StartsByItself(IResource resource) => !resource.Annotations.OfType<ExplicitStartupAnnotation>().Any();

    private ResourceProcess Find(string resourceId) =>
        _processes.Find(process => process.Id == resourceId) ?? throw new DistributedApplicationException($"Resource '{resourceId}' has no process.");

    /// <summary>Values first: one that is missing is known before anything runs.</summary>
    private async Task PublishValuesAsync(CancellationToken cancellationToken)
    {
        foreach (var parameter in model.Resources.OfType<ParameterResource>())
        {
            var value = await parameter.GetValueAsync(cancellationToken);
            await notifications.PublishUpdateAsync(parameter, snapshot => snapshot with
            {
                State = KnownResourceStates.Running,
                Properties = [new ResourcePropertySnapshot("Value", value) { IsSensitive = parameter.Secret }],
            });
        }
    }

    private void CreateProcesses()
    {
        foreach (var resource in model.Resources.Where(HasProcess))
        {
            ProcessSpecFactory.ThrowIfNotBuilt(resource);
            var ids = resource.GetResourceIds();
            for (var i = 0; i < ids.Count; i++)
            {
                _processes.Add(new ResourceProcess(resource, ids[i], ports.Allocate(resource, i), host, _shutdown.Token));
            }

            LifecycleCommands.AddTo(resource, this);
        }
    }

    private async Task PublishAllocatedAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in model.Resources)
        {
            var urls = UrlsOf(resource);
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
            {
                State = snapshot.State ?? (HasProcess(resource) ? KnownResourceStates.NotStarted : null),
                Urls = urls,
                Relationships = [.. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(link => new RelationshipSnapshot(link.Resource.Name, link.Type)).Distinct()],
            });
            if (resource is IResourceWithEndpoints)
            {
                await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
            }
        }

        foreach (var resource in model.Resources.OfType<IResourceWithConnectionString>())
        {
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken);
        }
    }

    private static ImmutableArray<UrlSnapshot> UrlsOf(IResource resource) =>
    [
        .. resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedEndpoint is not null).Select(endpoint => new UrlSnapshot(endpoint.Name, endpoint.AllocatedEndpoint!.UriString, IsInternal: false)),
        .. resource.Annotations.OfType<ResourceUrlAnnotation>().Select(url => new UrlSnapshot(url.DisplayText, url.Url, IsInternal: false)),
    ];

    private void Begin()
    {
        var awaited = new List<string>();
        foreach (var resource in model.Resources.Where(resource => !HasProcess(resource)))
        {
            switch (resource)
            {
                case IResourceWithParent child when HasProcess(child.Parent):
                    _followers.Add(children.FollowAsync(child, _shutdown.Token));
                    if (StartsByItself(child.Parent))
                    {
                        awaited.Add(child.Name);
                    }

                    break;
                case ConnectionStringResource or ExternalServiceResource or ConfiguredConnectionString:
                    _followers.Add(children.RunAsync(resource, _shutdown.Token));
                    break;
            }
        }

        foreach (var process in _processes.Where(process => StartsByItself(process.Resource)))
        {
            awaited.Add(process.Id);
            _followers.Add(StartObservedAsync(process));
        }

        _followers.Add(startup.WatchAsync(awaited, _shutdown.Token));
    }

    private static async Task StartObservedAsync(ResourceProcess process)
    {
        // On a pool thread, so that one resource's preparations do not hold up the next one's.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await process.StartAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // Stopped before it ran.
        }
        catch (Exception exception)
        {
            // The process has published and logged it; what else fails the run is decided there.
            System.Diagnostics.Debug.WriteLine(exception);
        }
    }
}
