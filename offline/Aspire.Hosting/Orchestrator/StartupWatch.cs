using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Output;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestrator;

/// <summary>
/// Follows the application until everything is healthy for the first time. Until then what fails ends the run, since a person would
/// otherwise wait for something that cannot come; afterwards it is only shown, and the rest runs on. A test judges for itself.
/// </summary>
internal sealed class StartupWatch(ResourceNotificationService notifications, RunOutcome outcome, RunMode mode, IHostApplicationLifetime lifetime, TimeProvider time, ConsoleOutput? output = null)
{
    private readonly long _began = time.GetTimestamp();
    private volatile bool _isOver;

    /// <summary>Waits until all are healthy, or have done what they had to do, and says so.</summary>
    public async Task WatchAsync(IReadOnlyCollection<string> resourceIds, CancellationToken cancellationToken)
    {
        var waiting = resourceIds.ToHashSet(StringComparer.OrdinalIgnoreCase);
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken))
            {
                if (waiting.Contains(change.ResourceId) && await IsDoneAsync(change.Snapshot))
                {
                    waiting.Remove(change.ResourceId);
                }

                if (waiting.Count == 0)
                {
                    _isOver = true;
                    output?.WriteLine($"All resources are healthy ({time.GetElapsedTime(_began).TotalSeconds:0.0} s)");
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops before it was healthy.
        }
    }

    /// <summary>Something could not be started.</summary>
    public void Failed(ResourceProcess process, string message) => End(process, $"{process.Id} failed to start: {message}");

    /// <summary>Something ended that nobody asked to.</summary>
    public void Exited(ResourceProcess process, int exitCode)
    {
        if (exitCode == 0)
        {
            output?.WriteLine($"{process.Id} exited with code 0");
        }
        else
        {
            output?.WriteError($"{process.Id} exited with code {exitCode}");
        }

        var hasChecks = process.Resource.Annotations.OfType<HealthCheckAnnotation>().Any();
        if (hasChecks ? !process.HasBeenHealthy : exitCode != 0)
        {
            End(process, $"{process.Id} exited with code {exitCode} {(hasChecks ? "before it was healthy" : "during the start")}; its last lines above say why.");
        }
    }

    private void End(ResourceProcess process, string message)
    {
        if (!_isOver && !mode.IsTest && !process.Resource.Annotations.OfType<ExplicitStartupAnnotation>().Any() && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            outcome.Fail(message);
            lifetime.StopApplication();
        }
    }

    private static async Task<bool> IsDoneAsync(CustomResourceSnapshot snapshot)
    {
        if (snapshot is { HealthStatus: HealthStatus.Healthy, Ready: { } ready })
        {
            await ready.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return ready.IsCompletedSuccessfully;
        }

        return snapshot.ExitCode == 0 && KnownResourceStates.TerminalStates.Contains(snapshot.State?.Text);
    }
}
