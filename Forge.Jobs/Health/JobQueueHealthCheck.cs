using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Forge.Jobs;

/// <summary>The enqueuing side: without Redis, or with one that refuses, jobs are stored and start later, so that is "degraded" and no more. Postgres has a check of its own with its client.</summary>
internal sealed class JobQueueHealthCheck(JobDispatch dispatch) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(dispatch.Problem is { } problem
            ? HealthCheckResult.Degraded($"{problem}: jobs are stored, but start by the workers' slow poll.")
            : HealthCheckResult.Healthy());
}
