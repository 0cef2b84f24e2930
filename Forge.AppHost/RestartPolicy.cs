using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forge.AppHost;

internal static class RestartPolicyExtensions
{
    /// <summary>
    /// Starts the resource again whenever it ends without having been asked to (a crash, a kill, a clean exit):
    /// after 1 s, then 2 s, 4 s … up to 10 s, and after 1 s again once it has run for a minute.
    /// </summary>
    public static IResourceBuilder<T> WithRestartPolicy<T>(this IResourceBuilder<T> resource)
        where T : IResource
    {
        resource.ApplicationBuilder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RestartPolicy>());
        return resource.WithAnnotation(new RestartPolicyAnnotation(), ResourceAnnotationMutationBehavior.Replace);
    }
}

/// <summary>Marks a resource that <see cref="RestartPolicy"/> looks after.</summary>
internal sealed class RestartPolicyAnnotation : IResourceAnnotation;

/// <summary>Watches the states of all resources. Who was asked to stop passes through <c>Stopping</c>; who ends by itself does not.</summary>
internal sealed partial class RestartPolicy(
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    ILogger<RestartPolicy> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CalmAfter = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Watched> _watched = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
            {
                if (change.Resource.HasAnnotationOfType<RestartPolicyAnnotation>())
                {
                    Observe(change, stoppingToken);
                }
            }
        }
        finally
        {
            await Task.WhenAll(_watched.Values.Select(watched => watched.Restart));
        }
    }

    private void Observe(ResourceEvent change, CancellationToken stoppingToken)
    {
        if (!_watched.TryGetValue(change.ResourceId, out var watched))
        {
            _watched[change.ResourceId] = watched = new Watched();
        }

        var state = change.Snapshot.State?.Text;
        if (state == KnownResourceStates.Running)
        {
            watched.RunningSince ??= TimeProvider.System.GetTimestamp();
            watched.HasRun = true;
            watched.WasAskedToStop = false;
        }
        else if (state == KnownResourceStates.Stopping)
        {
            watched.WasAskedToStop = true;
        }
        else if (HasEnded(change) && watched is { HasRun: true, WasAskedToStop: false, Restart.IsCompleted: true })
        {
            watched.Restart = RestartAsync(change, watched.NextPause(), stoppingToken);
        }
    }

    private async Task RestartAsync(ResourceEvent ended, TimeSpan pause, CancellationToken stoppingToken)
    {
        try
        {
            LogEnded(ended.ResourceId, ended.Snapshot.ExitCode, pause.TotalSeconds);
            await Task.Delay(pause, stoppingToken);
            if (notifications.TryGetCurrentState(ended.ResourceId, out var now) && HasEnded(now))
            {
                await commands.ExecuteCommandAsync(ended.ResourceId, KnownResourceCommands.StartCommand, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogGivenUp(ended.ResourceId);
        }
        catch (Exception exception)
        {
            LogNotRestarted(exception, ended.ResourceId);
        }
    }

    private static bool HasEnded(ResourceEvent? change) =>
        KnownResourceStates.TerminalStates.Contains(change?.Snapshot.State?.Text);

    [LoggerMessage(LogLevel.Warning, "{ResourceId} ended with exit code {ExitCode} without having been asked to; it is started again in {PauseSeconds} s.")]
    private partial void LogEnded(string resourceId, int? exitCode, double pauseSeconds);

    [LoggerMessage(LogLevel.Debug, "{ResourceId} is not started again, since the application stops.")]
    private partial void LogGivenUp(string resourceId);

    [LoggerMessage(LogLevel.Error, "{ResourceId} could not be started again; start it by hand.")]
    private partial void LogNotRestarted(Exception exception, string resourceId);

    private sealed class Watched
    {
        private int _endsInARow;

        public long? RunningSince { get; set; }

        public bool HasRun { get; set; }

        public bool WasAskedToStop { get; set; }

        public Task Restart { get; set; } = Task.CompletedTask;

        public TimeSpan NextPause()
        {
            var isCalm = RunningSince is { } since && TimeProvider.System.GetElapsedTime(since) >= CalmAfter;
            _endsInARow = isCalm ? 1 : _endsInARow + 1;
            RunningSince = null;
            return TimeSpan.FromSeconds(Math.Min(Math.Pow(2, _endsInARow - 1), LongestPause.TotalSeconds));
        }
    }
}
