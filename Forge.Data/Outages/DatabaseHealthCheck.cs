using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OpenTelemetry;

namespace Forge.Data.Outages;

/// <summary>Healthy when the database answers soon and takes writes.</summary>
internal sealed class DatabaseHealthCheck(NpgsqlDataSource dataSource, TimeProvider timeProvider) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            // Npgsql gives up a command only after it has waited for the answer to its own cancellation, so this does not wait for Npgsql.
            if (!await IsReadOnlyAsync().WaitAsync(Patience, timeProvider, cancellationToken))
            {
                return HealthCheckResult.Healthy();
            }

            dataSource.Clear();
            return HealthCheckResult.Unhealthy("The database takes no writes: it is read-only.");
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
        catch (Exception exception) when (DatabaseOutage.Describe(exception) is { } outage)
        {
            return HealthCheckResult.Unhealthy(outage, exception);
        }
    }

    private async Task<bool> IsReadOnlyAsync()
    {
        await using var command = dataSource.CreateCommand("SELECT current_setting('transaction_read_only')::boolean");
        command.CommandTimeout = (int)Patience.TotalSeconds;
        return await command.ExecuteScalarAsync(CancellationToken.None) is true;
    }
}
