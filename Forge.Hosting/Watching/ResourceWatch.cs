using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Forge.Hosting.Watching;

/// <summary>Learns each change of a resource, from before the first one starts.</summary>
internal interface IResourceObserver
{
    /// <summary>Called once for each change, one after the other. Must return soon, and must not throw.</summary>
    void Observe(ResourceEvent change);
}

/// <summary>
/// Tells the observers every change of every resource. It begins before the first resource starts: a hosted service begins only when every
/// wait between resources is over, and would miss what ends before.
/// </summary>
internal sealed partial class ResourceWatch(
    ResourceNotificationService notifications,
    IEnumerable<IResourceObserver> observers,
    ILogger<ResourceWatch> logger) : IDistributedApplicationEventingSubscriber, IAsyncDisposable
{
    private readonly CancellationTokenSource _disposing = new();
    private Task _watching = Task.CompletedTask;

    public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
    {
        if (executionContext.IsRunMode)
        {
            eventing.Subscribe<BeforeStartEvent>((_, _) =>
            {
                _watching = WatchAsync(_disposing.Token);
                return Task.CompletedTask;
            });
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _watching;
        _disposing.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken))
            {
                foreach (var observer in observers)
                {
                    observer.Observe(change);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogEnded();
        }
    }

    [LoggerMessage(LogLevel.Debug, "The resources are no longer watched.")]
    private partial void LogEnded();
}

internal static class ResourceWatchExtensions
{
    /// <summary>Registers an observer, once, and the watch that calls it.</summary>
    public static void AddResourceObserver<T>(this IServiceCollection services)
        where T : class, IResourceObserver
    {
        services.TryAddSingleton<T>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IResourceObserver, T>(provider => provider.GetRequiredService<T>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDistributedApplicationEventingSubscriber, ResourceWatch>());
    }
}
