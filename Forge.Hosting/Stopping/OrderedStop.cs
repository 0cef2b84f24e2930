using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Processes;
using Forge.Hosting.Watching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forge.Hosting.Stopping;

/// <summary>
/// Stops each resource as soon as all that depend on it have stopped. The orchestrator would send SIGTERM to all at once and SIGKILL 6 s later.
/// </summary>
internal sealed partial class OrderedStop(
    DistributedApplicationModel model,
    ResourceCommandService commands,
    RunningInstances instances,
    ILogger<OrderedStop> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Aspire's own hosted services were added before this one, so they stop after it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var stops = new Dictionary<IResource, Task>();
        await Task.WhenAll(model.Resources.Select(Stop));

        // Dependencies can form no cycle: Aspire refuses one at start.
        Task Stop(IResource resource)
        {
            if (!stops.TryGetValue(resource, out var stop))
            {
                var dependents = model.Resources.Where(other => Dependencies.Of(other).Contains(resource)).Select(Stop).ToList();
                stops[resource] = stop = StopAfterAsync(dependents, resource, cancellationToken);
            }

            return stop;
        }
    }

    private async Task StopAfterAsync(List<Task> dependents, IResource resource, CancellationToken cancellationToken)
    {
        await Task.WhenAll(dependents);
        await Task.WhenAll(instances.Of(resource).Select(instance => StopAsync(instance, cancellationToken)));
    }

    private async Task StopAsync(ResourceEvent instance, CancellationToken cancellationToken)
    {
        var limit = instance.Resource.TryGetLastAnnotation<StopTimeAnnotation>(out var annotation) ? annotation.Limit : StopTimeAnnotation.Default;
        try
        {
            // Sent from here, so that it gets its own time. After the stop command it would have 6 s.
            if (instance.ProcessId() is { } processId && !OperatingSystem.IsWindows())
            {
                var signal = instance.Resource.TryGetLastAnnotation<StopSignalAnnotation>(out var own) ? own.Signal : UnixProcess.Terminate;
                // The process itself is awaited: the orchestrator reports no states any more once the application stops.
                UnixProcess.Send(processId, signal);
                await UnixProcess.WaitForEndAsync(processId, limit, cancellationToken);
                return;
            }
        }
        catch (TimeoutException)
        {
            LogTooSlow(instance.ResourceId, limit.TotalSeconds);
        }

        try
        {
            await commands.ExecuteCommandAsync(instance.ResourceId, KnownResourceCommands.StopCommand, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The orchestrator ends what is left when it stops.
            LogNotStopped(exception, instance.ResourceId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ResourceId} had not stopped after {Seconds} s. It is ended.")]
    private partial void LogTooSlow(string resourceId, double seconds);

    [LoggerMessage(LogLevel.Warning, "{ResourceId} could not be stopped in its turn.")]
    private partial void LogNotStopped(Exception exception, string resourceId);
}
