using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>The running side: unhealthy without Postgres, or when it has room, jobs wait that it could claim, and it claims nothing; degraded where Redis is away or refuses; parked jobs and schedules are named, and they and jobs that a limit of their kind holds back make nobody unhealthy.</summary>
internal sealed class JobWorkerHealthCheck(
    NpgsqlDataSource dataSource,
    JobDispatch dispatch,
    WorkerScope scope,
    LimitedKinds limited,
    JobSlots slots,
    WorkerActivity activity,
    JobKindRegistry kinds,
    IOptions<JobWorkerOptions> options) : IHealthCheck
{
    /// <summary>Who asks for the health of a worker waits no longer for a silent Postgres.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly KindVersions _known = new(kinds.Kinds);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        var parked = activity.Parked.ToDictionary(
            jobs => string.Create(CultureInfo.InvariantCulture, $"parked {jobs.Kind} v{jobs.Version}"), object (jobs) => jobs.Count, StringComparer.Ordinal);
        var description = parked.Count == 0 ? "" : $"Jobs that this worker cannot run wait for one that can: {string.Join(", ", parked.Keys)}. ";
        try
        {
            // Npgsql gives up a command only after it has waited for the answer to its own cancellation, so this does not wait for Npgsql.
            if (await IsReadOnlyAsync(cancellationToken).WaitAsync(Patience, cancellationToken))
            {
                return HealthCheckResult.Unhealthy("Postgres is read-only: no job can be claimed or completed.", data: parked);
            }

            if (await ParkedSchedulesAsync(cancellationToken).WaitAsync(Patience, cancellationToken) is { Count: > 0 } schedules)
            {
                description += $"Schedules of kinds that this worker does not know wait for one that does: {string.Join(", ", schedules)}.";
                parked["parked schedules"] = schedules;
            }

            if (slots.Free > 0
                && activity.SinceClaim > options.Value.IdleAlarm
                && await OldestClaimableAgeAsync(cancellationToken).WaitAsync(Patience, cancellationToken) is { } age
                && age > options.Value.IdleAlarm)
            {
                return HealthCheckResult.Unhealthy(
                    string.Create(CultureInfo.InvariantCulture, $"Jobs wait since {age.TotalSeconds:0} s, {slots.Free} can start here, and none was claimed for {activity.SinceClaim.TotalSeconds:0} s."),
                    data: parked);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("Postgres does not answer: no job can be claimed or completed.", exception, parked);
        }

        return dispatch.Problem is { } problem
            ? HealthCheckResult.Degraded($"{problem}: jobs are claimed by a slow poll. {description}".TrimEnd(), data: parked)
            : HealthCheckResult.Healthy(description.Length > 0 ? description.TrimEnd() : null, parked);
    }

    private async Task<bool> IsReadOnlyAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select current_setting('transaction_read_only')::boolean");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<List<string>> ParkedSchedulesAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.ParkedSchedules);
        _known.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private async Task<TimeSpan?> OldestClaimableAgeAsync(CancellationToken cancellationToken)
    {
        var heldBack = limited.All.Where(kind => kind.IsHeldBack).Select(kind => kind.Kind).ToHashSet();
        await using var command = dataSource.CreateCommand(JobSql.OldestClaimable);
        command.Parameters.Add(new("queues", scope.Queues));
        new KindVersions([.. scope.Kinds.Where(kind => !heldBack.Contains(kind))]).AddTo(command);
        return await command.ExecuteScalarAsync(cancellationToken) as TimeSpan?;
    }
}
