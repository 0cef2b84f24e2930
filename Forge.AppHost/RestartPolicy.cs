using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forge.AppHost;

/// <summary>Starts again what ends without being asked to.</summary>
internal static class RestartPolicy
{
    /// <summary>
    /// Starts each process of the resource again when it crashes, is killed or just ends: after 1 s, 2 s, 4 s and so on up to 10 s, and
    /// after 1 s again once it has run for a minute. What was stopped by command stays stopped.
    /// </summary>
    public static IResourceBuilder<T> WithRestartPolicy<T>(this IResourceBuilder<T> builder)
        where T : IResource
    {
        var resource = builder.Resource;
        builder.ApplicationBuilder.Services.AddSingleton<IHostedService>(services => new Restarter(
            resource,
            services.GetRequiredService<ResourceNotificationService>(),
            services.GetRequiredService<ResourceCommandService>(),
            services.GetRequiredService<ILogger<Restarter>>()));
        return builder;
    }
}

/// <summary>Follows the states of one resource, and starts its processes when they have ended by themselves.</summary>
internal sealed partial class Restarter(IResource resource, ResourceNotificationService notifications, ResourceCommandService commands, ILogger<Restarter> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, ProcessHistory> _processes = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var restarts = new List<Task>();
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
            {
                if (change.Resource == resource && EndedByItself(change) is { } pause)
                {
                    restarts.RemoveAll(restart => restart.IsCompleted);
                    restarts.Add(RestartAsync(change.ResourceId, pause, stoppingToken));
                }
            }
        }
        finally
        {
            await Task.WhenAll(restarts);
        }
    }

    /// <summary>The pause after which to start it again; null when there is nothing to do. A stop that was asked for passes through Stopping.</summary>
    private TimeSpan? EndedByItself(ResourceEvent change)
    {
        if (!_processes.TryGetValue(change.ResourceId, out var process))
        {
            _processes[change.ResourceId] = process = new ProcessHistory();
        }

        var state = change.Snapshot.State?.Text;
        if (state == KnownResourceStates.Running && process.RunningSince is null)
        {
            process.RunningSince = TimeProvider.System.GetTimestamp();
        }
        else if (state == KnownResourceStates.Stopping)
        {
            process.RunningSince = null;
        }
        else if (process.RunningSince is { } since && KnownResourceStates.TerminalStates.Contains(state))
        {
            process.RunningSince = null;
            var wasSteady = TimeProvider.System.GetElapsedTime(since) >= Steady;
            return process.Pause = wasSteady || process.Pause == TimeSpan.Zero ? FirstPause : Longer(process.Pause);
        }

        return null;
    }

    private async Task RestartAsync(string resourceId, TimeSpan pause, CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(pause, stoppingToken);
            while (notifications.TryGetCurrentState(resourceId, out var current) && KnownResourceStates.TerminalStates.Contains(current.Snapshot.State?.Text))
            {
                StartingAgain(logger, resourceId, pause);
                var result = await commands.ExecuteCommandAsync(resourceId, KnownResourceCommands.StartCommand, stoppingToken);
                if (result.Success)
                {
                    return;
                }

                NotStarted(logger, resourceId, result.Message);
                pause = Longer(pause);
                await Task.Delay(pause, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));

    [LoggerMessage(1, LogLevel.Warning, "{ResourceId} ended by itself; starting it again after {Pause}.")]
    private static partial void StartingAgain(ILogger logger, string resourceId, TimeSpan pause);

    [LoggerMessage(2, LogLevel.Warning, "{ResourceId} could not be started again: {Reason}")]
    private static partial void NotStarted(ILogger logger, string resourceId, string? reason);

    private sealed class ProcessHistory
    {
        public long? RunningSince { get; set; }

        public TimeSpan Pause { get; set; }
    }
}
