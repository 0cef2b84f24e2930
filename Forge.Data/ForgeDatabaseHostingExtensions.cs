using Aspire.Npgsql;
using Forge.Data;
using Forge.Data.Outages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the database of the app.</summary>
public static class ForgeDatabaseHostingExtensions
{
    private const int ConnectSeconds = 1;
    private const int AnswerSeconds = 2;
    private const int CancelledMilliseconds = 200;

    /// <summary>What the app's statements take for granted, whatever the role or the database was given. Each holds for the whole session.</summary>
    private const string SessionSettings = "SET idle_in_transaction_session_timeout = '1min'; SET default_transaction_isolation = 'read committed'";

    /// <summary>
    /// Adds the Npgsql data source of the connection string <paramref name="connectionName"/>, its health check and telemetry, and
    /// brings the app's tables up to date before anything else of the host starts.
    /// </summary>
    /// <param name="builder">The builder of the host.</param>
    /// <param name="connectionName">The name of the connection string.</param>
    /// <param name="isOnRequestPath">
    /// True where callers wait for the database: an answer may then take 2 s and a connection 1 s, so that a request whose database is silent ends within 5 s.
    /// <c>Command Timeout</c> and <c>Timeout</c> in the connection string say otherwise.
    /// </param>
    public static TBuilder AddForgeDatabase<TBuilder>(this TBuilder builder, string connectionName, bool isOnRequestPath = false)
        where TBuilder : IHostApplicationBuilder
    {
        if (builder.Services.Any(service => service.ImplementationType == typeof(DatabaseMigrator)))
        {
            return builder;
        }

        var isChecked = true;
        builder.AddNpgsqlDataSource(connectionName, KeepHealthChecks, source =>
        {
            source.ConfigureTracing(NameSpans);
            if (isOnRequestPath)
            {
                LimitPatience(source.ConnectionStringBuilder);
            }

            // Nothing here leaves anything behind in its session, so the pool need not clean it with seven statements at each use.
            source.ConnectionStringBuilder.NoResetOnClose = true;

            // A process that freezes or loses its machine in the middle of a transaction would keep its locks, such as an idempotency key, for hours.
            // By a statement, not by "options" at the start of the session, which PgBouncer refuses.
            source.UsePhysicalConnectionInitializer(
                connection =>
                {
                    using var untraced = SuppressInstrumentationScope.Begin();
                    using var command = new NpgsqlCommand(SessionSettings, connection);
                    command.ExecuteNonQuery();
                },
                async connection =>
                {
                    using var untraced = SuppressInstrumentationScope.Begin();
                    await using var command = new NpgsqlCommand(SessionSettings, connection);
                    await command.ExecuteNonQueryAsync();
                });
        });

        if (isChecked)
        {
            builder.Services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database");
        }

        if (isOnRequestPath)
        {
            builder.Services.AddHostedService<SilenceWatch>();
        }

        // Otherwise every statement is a line in the log; the traces tell the same and more.
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.TryAddSingleton(TimeProvider.System);

        // First in line, so that the services which follow find their tables when they start.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, DatabaseMigrator>());
        return builder;

        // The client's own check finds a server healthy that takes no writes, and waits as long as any statement for one that is silent.
        void KeepHealthChecks(NpgsqlSettings settings)
        {
            isChecked = !settings.DisableHealthChecks;
            settings.DisableHealthChecks = true;
        }
    }

    /// <summary>A silent database costs a request one wait for its answer, then up to two waits for a connection on which Npgsql asks to cancel (TLS or not, and the request): 4 s.</summary>
    private static void LimitPatience(NpgsqlConnectionStringBuilder settings)
    {
        var defaults = new NpgsqlConnectionStringBuilder();
        settings.Timeout = settings.Timeout == defaults.Timeout ? ConnectSeconds : settings.Timeout;
        settings.CommandTimeout = settings.CommandTimeout == defaults.CommandTimeout ? AnswerSeconds : settings.CommandTimeout;
        settings.CancellationTimeout = settings.CancellationTimeout == defaults.CancellationTimeout ? CancelledMilliseconds : settings.CancellationTimeout;
    }

    // After OpenTelemetry's database conventions; without this every statement is called "postgresql".
    private static void NameSpans(NpgsqlTracingOptionsBuilder tracing) => tracing
        .ConfigureCommandSpanNameProvider(command => QuerySummary.Of(command.CommandText))
        .ConfigureCommandEnrichmentCallback((span, command) => span.SetTag("db.query.summary", QuerySummary.Of(command.CommandText)))
        .ConfigureCopyOperationSpanNameProvider(QuerySummary.Of)
        .ConfigureCopyOperationEnrichmentCallback((span, command) => span.SetTag("db.query.summary", QuerySummary.Of(command)));
}
