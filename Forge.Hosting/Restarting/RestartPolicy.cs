using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Watching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forge.Hosting.Restarting;

/// <summary>Starts resources again that end by themselves, and gives up those that do nothing else.</summary>
internal sealed partial class RestartPolicy(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    ResourceLoggerService resourceLoggers,
    IHostApplicationLifetime lifetime,
    ILogger<RestartPolicy> logger) : IResourceObserver
{
    private readonly Dictionary<string, InstanceHistory> _histories = [];

    public void Observe(ResourceEvent change)
    {
        if (!change.Resource.TryGetLastAnnotation<RestartPolicyAnnotation>(out var policy))
        {
            return;
        }

        if (!_histories.TryGetValue(change.ResourceId, out var history))
        {
            _histories[change.ResourceId] = history = new InstanceHistory();
        }

        if (history.HasEndedByItself(change.Snapshot.State?.Text) && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var pause = history.NextPause();
            history.Restart = history.RestartsInARow > policy.MaxRestarts
                ? GiveUpAsync(change, history, policy.MaxRestarts)
                : RestartAsync(change, pause, lifetime.ApplicationStopping);
        }
    }

    private async Task RestartAsync(ResourceEvent ended, TimeSpan pause, CancellationToken stopping)
    {
        try
        {
            LogEnded(ended.ResourceId, ended.Snapshot.ExitCode, pause.TotalSeconds);
            await Task.Delay(pause, stopping);

            // Somebody may have been faster.
            if (notifications.TryGetCurrentState(ended.ResourceId, out var now) && now.HasEnded())
            {
                await commands.ExecuteCommandAsync(ended.ResourceId, KnownResourceCommands.StartCommand, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopping(ended.ResourceId);
        }
        catch (Exception exception)
        {
            LogNotRestarted(exception, ended.ResourceId);
        }
    }

    private async Task GiveUpAsync(ResourceEvent ended, InstanceHistory history, int restarts)
    {
        history.Forget();
        LogGivenUp(ended.ResourceId, restarts, ended.Snapshot.ExitCode);
        await notifications.PublishUpdateAsync(ended.Resource, ended.ResourceId, snapshot => snapshot with
        {
            State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error),
            Properties = snapshot.Properties.Add(new ResourcePropertySnapshot("Given up", $"after {restarts} restarts in a row")),
        });

        var message = $"'{ended.Resource.Name}' was given up: it ended {restarts + 1} times in a row, with exit code {ended.Snapshot.ExitCode} in the end. Its log says more. Start it by command when that is mended.";
        LogToResource(resourceLoggers.GetLogger(ended.Resource), message);
        foreach (var waiting in model.Resources.Where(other => other.Annotations.OfType<WaitAnnotation>().Any(wait => wait.Resource == ended.Resource)))
        {
            LogToResource(resourceLoggers.GetLogger(waiting), message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ResourceId} ended with exit code {ExitCode} without having been asked to. It is started again in {PauseSeconds} s.")]
    private partial void LogEnded(string resourceId, int? exitCode, double pauseSeconds);

    [LoggerMessage(LogLevel.Debug, "{ResourceId} is not started again, since the application stops.")]
    private partial void LogStopping(string resourceId);

    [LoggerMessage(LogLevel.Error, "{ResourceId} could not be started again. Start it by hand.")]
    private partial void LogNotRestarted(Exception exception, string resourceId);

    [LoggerMessage(LogLevel.Error, "{Message}")]
    private static partial void LogToResource(ILogger logger, string message);

    [LoggerMessage(LogLevel.Error, "{ResourceId} was started again {Restarts} times in a row and ended each time, with exit code {ExitCode} in the end. It is given up.")]
    private partial void LogGivenUp(string resourceId, int restarts, int? exitCode);
}
