using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>The running side: unhealthy without Postgres, or when it has room, jobs wait that it could claim, and it claims nothing; degraded without Redis; parked jobs are named and make nobody unhealthy.</summary>
internal sealed class JobWorkerHealthCheck(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerScope scope,
    RunningJobs running,
    WorkerActivity activity,
    IOptions<JobWorkerOptions> options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        var parked = activity.Parked.ToDictionary(
            jobs => string.Create(CultureInfo.InvariantCulture, $"parked {jobs.Kind} v{jobs.Version}"), object (jobs) => jobs.Count, StringComparer.Ordinal);
        var description = parked.Count == 0 ? null : $"Jobs that this worker cannot run wait for one that can: {string.Join(", ", parked.Keys)}.";
        try
        {
            if (running.FreeSlots > 0
                && activity.SinceClaim > options.Value.IdleAlarm
                && await OldestClaimableAgeAsync(cancellationToken) is { } age
                && age > options.Value.IdleAlarm)
            {
                return HealthCheckResult.Unhealthy(
                    string.Create(CultureInfo.InvariantCulture, $"Jobs wait since {age.TotalSeconds:0} s, {running.FreeSlots} can start here, and none was claimed for {activity.SinceClaim.TotalSeconds:0} s."),
                    data: parked);
            }
        }
        catch (NpgsqlException exception)
        {
            return HealthCheckResult.Unhealthy("Postgres does not answer: no job can be claimed or completed.", exception, parked);
        }

        return dispatch.IsConnected
            ? HealthCheckResult.Healthy(description, parked)
            : HealthCheckResult.Degraded($"Redis does not answer: jobs are claimed by a slow poll. {description}".TrimEnd(), data: parked);
    }

    private async Task<TimeSpan?> OldestClaimableAgeAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.OldestClaimable);
        command.Parameters.Add(new("queues", scope.Queues));
        command.Parameters.Add(new("kinds", scope.Kinds));
        command.Parameters.Add(new("lowest_versions", scope.LowestVersions));
        command.Parameters.Add(new("versions", scope.Versions));
        return await command.ExecuteScalarAsync(cancellationToken) as TimeSpan?;
    }
}
