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
    private const string GivenUp = "Given up";

    /// <summary>What the orchestrator still says of an end would replace a state that is set sooner.</summary>
    private static readonly TimeSpan PauseBeforeGivingUp = TimeSpan.FromSeconds(1);

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

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }

        if (history.NeedsCareAfter(change.Snapshot.State?.Text))
        {
            _ = LookAfterAsync(change, history, policy.MaxRestarts);
        }
        else if (!change.HasEnded() && change.Snapshot.Properties.Any(IsGivenUp))
        {
            _ = PublishAsync(change, snapshot => snapshot with { Properties = snapshot.Properties.RemoveAll(IsGivenUp) });
        }
    }

    private static bool IsGivenUp(ResourcePropertySnapshot property) => property.Name == GivenUp;

    private async Task LookAfterAsync(ResourceEvent instance, InstanceHistory history, int maxRestarts)
    {
        // A start that fails at once has ended before its command returns.
        do
        {
            try
            {
                await RestartAsync(instance, history, maxRestarts, lifetime.ApplicationStopping);
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                LogStopping(instance.ResourceId);
                return;
            }
            catch (Exception exception)
            {
                LogNotRestarted(exception, instance.ResourceId);
            }
        }
        while (history.NeedsMoreCare());
    }

    private async Task RestartAsync(ResourceEvent instance, InstanceHistory history, int maxRestarts, CancellationToken stopping)
    {
        var ended = Current(instance);
        var pause = history.NextPause();
        var isLast = history.RestartsInARow > maxRestarts;
        if (!isLast)
        {
            LogEnded(ended.ResourceId, ended.Snapshot.ExitCode, pause.TotalSeconds);
        }

        await Task.Delay(isLast ? PauseBeforeGivingUp : pause, stopping);

        // Somebody may have been faster.
        if (!Current(instance).HasEnded())
        {
            return;
        }

        if (isLast)
        {
            history.Forget();
            await GiveUpAsync(Current(instance), maxRestarts);
        }
        else
        {
            await commands.ExecuteCommandAsync(ended.ResourceId, KnownResourceCommands.StartCommand, stopping);
        }
    }

    private ResourceEvent Current(ResourceEvent instance) => notifications.TryGetCurrentState(instance.ResourceId, out var now) ? now : instance;

    private async Task GiveUpAsync(ResourceEvent ended, int restarts)
    {
        LogGivenUp(ended.ResourceId, restarts, ended.Snapshot.ExitCode);
        await PublishAsync(ended, snapshot => snapshot with
        {
            State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error),
            Properties = snapshot.Properties.RemoveAll(IsGivenUp).Add(new ResourcePropertySnapshot(GivenUp, $"after {restarts} restarts in a row")),
        });

        var message = $"'{ended.Resource.Name}' was given up: it ended {restarts + 1} times in a row{Code(ended)}. Its log says more. Start it by command when that is mended.";
        LogToResource(resourceLoggers.GetLogger(ended.Resource), message);
        foreach (var waiting in model.Resources.Where(other => other.Annotations.OfType<WaitAnnotation>().Any(wait => wait.Resource == ended.Resource)))
        {
            LogToResource(resourceLoggers.GetLogger(waiting), message);
        }
    }

    /// <summary>What never started has no exit code.</summary>
    private static string Code(ResourceEvent ended) => ended.Snapshot.ExitCode is { } code ? $", with exit code {code} in the end" : "";

    private async Task PublishAsync(ResourceEvent instance, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        try
        {
            await notifications.PublishUpdateAsync(instance.Resource, instance.ResourceId, change);
        }
        catch (Exception exception)
        {
            LogNotPublished(exception, instance.ResourceId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ResourceId} ended with exit code {ExitCode} without having been asked to. It is started again in {PauseSeconds} s.")]
    private partial void LogEnded(string resourceId, int? exitCode, double pauseSeconds);

    [LoggerMessage(LogLevel.Debug, "{ResourceId} is not started again, since the application stops.")]
    private partial void LogStopping(string resourceId);

    [LoggerMessage(LogLevel.Error, "{ResourceId} could not be started again. Start it by hand.")]
    private partial void LogNotRestarted(Exception exception, string resourceId);

    [LoggerMessage(LogLevel.Warning, "The state of {ResourceId} could not be published.")]
    private partial void LogNotPublished(Exception exception, string resourceId);

    [LoggerMessage(LogLevel.Error, "{Message}")]
    private static partial void LogToResource(ILogger logger, string message);

    [LoggerMessage(LogLevel.Error, "{ResourceId} was started again {Restarts} times in a row and ended each time, with exit code {ExitCode} in the end. It is given up.")]
    private partial void LogGivenUp(string resourceId, int restarts, int? exitCode);
}
