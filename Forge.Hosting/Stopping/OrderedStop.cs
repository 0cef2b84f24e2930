using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Processes;
using Forge.Hosting.Watching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Hosting.Stopping;

/// <summary>
/// Stops each resource as soon as all that depend on it have stopped. The orchestrator would send SIGTERM to all at once and SIGKILL 6 s later.
/// </summary>
internal sealed partial class OrderedStop(
    DistributedApplicationModel model,
    ResourceCommandService commands,
    RunningInstances instances,
    IHostApplicationLifetime lifetime,
    IOptions<HostOptions> hostOptions,
    ILogger<OrderedStop> logger) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan ControlPlaneLimit = TimeSpan.FromSeconds(5);

    private bool _hasStopped;
    private int? _controlPlane;
    private IReadOnlyList<int> _watchers = [];

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Aspire's own hosted services were added before this one, so they stop after it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _hasStopped = true;
        // Aspire's own health check of Postgres keeps a connection in the pool, and a server that gets SIGTERM waits for it to close.
        NpgsqlConnection.ClearAllPools();
        _controlPlane = model.Resources.SelectMany(instances.Of).Select(instance => instance.ProcessId() is { } id ? UnixProcess.FindParent(id) : null).FirstOrDefault(parent => parent is not null);
        var stops = new Dictionary<IResource, Task>();
        await Task.WhenAll(model.Resources.Select(Stop));
        _watchers = _controlPlane is { } controlPlane ? UnixProcess.FindDescendants(controlPlane) : [];

        Task Stop(IResource resource)
        {
            if (!stops.TryGetValue(resource, out var stop))
            {
                // In a cycle of references, the one that was asked for first waits for the others, and they do not wait for it.
                stops[resource] = Task.CompletedTask;
                var dependents = model.Resources.Where(other => Dependencies.Of(other).Contains(resource)).Select(Stop).ToList();
                stops[resource] = stop = StopAfterAsync(dependents, resource, cancellationToken);
            }

            return stop;
        }
    }

    /// <summary>The host does not stop what it is still starting, it only disposes it: this before Aspire's own services, which were created before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_hasStopped)
        {
            await WaitForControlPlaneAsync();
            return;
        }

        lifetime.StopApplication(); // Nothing is started again from here on.
        using var limit = new CancellationTokenSource(hostOptions.Value.ShutdownTimeout);
        try
        {
            await StopAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            LogOutOfTime(hostOptions.Value.ShutdownTimeout.TotalSeconds);
        }
    }

    // By now the host has told the control plane to end, which takes it a moment: the prompt comes after it. Beside containers it leaves
    // processes that watch them, which would notice some seconds later that there is nothing left to watch.
    private async Task WaitForControlPlaneAsync()
    {
        if (_controlPlane is { } controlPlane && await UnixProcess.WaitForEndAsync(controlPlane, ControlPlaneLimit))
        {
            foreach (var watcher in _watchers)
            {
                UnixProcess.Send(watcher, UnixProcess.Kill);
                await UnixProcess.WaitForEndAsync(watcher, ControlPlaneLimit);
            }
        }
    }

    private async Task StopAfterAsync(List<Task> dependents, IResource resource, CancellationToken cancellationToken)
    {
        await Task.WhenAll(dependents);
        await Task.WhenAll(instances.Of(resource).Select(instance => StopAsync(instance, cancellationToken)));
    }

    private async Task StopAsync(ResourceEvent instance, CancellationToken cancellationToken)
    {
        try
        {
            if (instance.ProcessId() is { } processId && !OperatingSystem.IsWindows())
            {
                await EndProcessAsync(instance, processId, cancellationToken);
            }
            else
            {
                await commands.ExecuteCommandAsync(instance.ResourceId, KnownResourceCommands.StopCommand, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The orchestrator ends what is left when it stops.
            LogNotStopped(exception, instance.ResourceId);
        }
    }

    // The signal is sent from here, so that the process gets its own time: after the stop command it would have 6 s.
    private async Task EndProcessAsync(ResourceEvent instance, int processId, CancellationToken cancellationToken)
    {
        var limit = instance.Resource.TryGetLastAnnotation<StopTimeAnnotation>(out var time) ? time.Limit : StopTimeAnnotation.Default;
        if (!await UnixProcess.EndAsync(processId, StopSignalAnnotation.SignalOf(instance.Resource), limit, cancellationToken))
        {
            LogTooSlow(instance.ResourceId, limit.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ResourceId} had not stopped after {Seconds} s. It was killed.")]
    private partial void LogTooSlow(string resourceId, double seconds);

    [LoggerMessage(LogLevel.Warning, "{ResourceId} could not be stopped in its turn.")]
    private partial void LogNotStopped(Exception exception, string resourceId);

    [LoggerMessage(LogLevel.Warning, "The resources had not all stopped after {Seconds} s. The orchestrator ends those that are left.")]
    private partial void LogOutOfTime(double seconds);
}
