using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Npgsql data sources.</summary>
public static class AspirePostgreSqlNpgsqlExtensions
{
    private const string SectionName = "Aspire:Npgsql";

    /// <summary>Registers an <see cref="NpgsqlDataSource"/> with its health check (<c>PostgreSql</c>), spans and metrics.</summary>
    /// <param name="builder">The host to add to.</param>
    /// <param name="connectionName">The name of the connection string.</param>
    /// <param name="configureSettings">Called after the settings were read from the configuration.</param>
    /// <param name="configureDataSourceBuilder">Called when the data source is built.</param>
    /// <remarks>A missing connection string shows when the data source is first asked for, as an <see cref="InvalidOperationException"/>.</remarks>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
        => AddDataSource(builder, connectionName, serviceKey: null, configureSettings, configureDataSourceBuilder);

    /// <summary>Registers an <see cref="NpgsqlDataSource"/> as a keyed service with its health check (<c>PostgreSql_{name}</c>), spans and metrics.</summary>
    /// <param name="builder">The host to add to.</param>
    /// <param name="name">The service key and the name of the connection string.</param>
    /// <param name="configureSettings">Called after the settings were read from the configuration.</param>
    /// <param name="configureDataSourceBuilder">Called when the data source is built.</param>
    public static void AddKeyedNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string name,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
        => AddDataSource(builder, name, serviceKey: name, configureSettings, configureDataSourceBuilder);

    private static void AddDataSource(
        IHostApplicationBuilder builder,
        string connectionName,
        string? serviceKey,
        Action<NpgsqlSettings>? configureSettings,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = ReadSettings(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);

        builder.Services.AddNpgsqlDataSource(
            settings.ConnectionString ?? "",
            dataSourceBuilder =>
            {
                // Not before the data source is wanted: by then there is a logger that shows the message.
                if (string.IsNullOrWhiteSpace(settings.ConnectionString))
                {
                    throw new InvalidOperationException($"There is no connection string 'ConnectionStrings:{connectionName}' in the configuration, and no '{SectionName}:ConnectionString' either.");
                }

                configureDataSourceBuilder?.Invoke(dataSourceBuilder);
            },
            serviceKey: serviceKey);

        if (!settings.DisableHealthChecks)
        {
            AddHealthCheck(builder, serviceKey is null ? "PostgreSql" : $"PostgreSql_{connectionName}", serviceKey);
        }

        if (!settings.DisableTracing)
        {
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
        }

        if (!settings.DisableMetrics)
        {
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
        }
    }

    private static NpgsqlSettings ReadSettings(IConfiguration configuration, string connectionName)
    {
        var settings = new NpgsqlSettings();
        var section = configuration.GetSection(SectionName);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        return settings;
    }

    private static void AddHealthCheck(IHostApplicationBuilder builder, string name, string? serviceKey)
    {
        // Two registrations of one name would make every health report throw.
        if (!builder.Properties.TryAdd($"Aspire.HealthChecks.{name}", true))
        {
            return;
        }

        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            services => new NpgsqlHealthCheck(services.GetRequiredKeyedService<NpgsqlDataSource>(serviceKey)),
            failureStatus: null,
            tags: null));
    }
}
