using Forge.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the database of the app.</summary>
public static class ForgeDatabaseHostingExtensions
{
    /// <summary>
    /// Adds the Npgsql data source of the connection string <paramref name="connectionName"/>, its health check and telemetry, and
    /// brings the app's tables up to date before anything else of the host starts.
    /// </summary>
    public static TBuilder AddForgeDatabase<TBuilder>(this TBuilder builder, string connectionName)
        where TBuilder : IHostApplicationBuilder
    {
        if (builder.Services.Any(service => service.ImplementationType == typeof(DatabaseMigrator)))
        {
            return builder;
        }

        builder.AddNpgsqlDataSource(connectionName, configureDataSourceBuilder: source =>
        {
            source.ConfigureTracing(NameSpans);

            // Nothing here leaves anything behind in its session, so the pool need not clean it with seven statements at each use.
            source.ConnectionStringBuilder.NoResetOnClose = true;

            // A process that freezes or loses its machine in the middle of a transaction would keep its locks, such as an idempotency key, for hours.
            source.ConnectionStringBuilder.Options ??= "-c idle_in_transaction_session_timeout=1min";
        });

        // Otherwise every statement is a line in the log; the traces tell the same and more.
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.TryAddSingleton(TimeProvider.System);

        // First in line, so that the services which follow find their tables when they start.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, DatabaseMigrator>());
        return builder;
    }

    // After OpenTelemetry's database conventions; without this every statement is called "postgresql".
    private static void NameSpans(NpgsqlTracingOptionsBuilder tracing) => tracing
        .ConfigureCommandSpanNameProvider(command => QuerySummary.Of(command.CommandText))
        .ConfigureCommandEnrichmentCallback((span, command) => span.SetTag("db.query.summary", QuerySummary.Of(command.CommandText)))
        .ConfigureCopyOperationSpanNameProvider(QuerySummary.Of)
        .ConfigureCopyOperationEnrichmentCallback((span, command) => span.SetTag("db.query.summary", QuerySummary.Of(command)));
}
