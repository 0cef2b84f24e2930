using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Forge.PostResponse;

/// <summary>Degraded while the backlog has no room left.</summary>
internal sealed class PostResponseHealthCheck(BacklogRoom room, PostResponseMonitor monitor) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var figures = monitor.Read();
        var description = $"{figures.Waiting} tasks waiting, {figures.Running} running, {figures.Lost} lost.";
        return Task.FromResult(room.IsFull
            ? new HealthCheckResult(context.Registration.FailureStatus, $"The backlog is full: {description}")
            : HealthCheckResult.Healthy(description));
    }
}
