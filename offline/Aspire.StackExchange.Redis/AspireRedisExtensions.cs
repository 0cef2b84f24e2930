using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Redis clients.</summary>
public static class AspireRedisExtensions
{
    internal const string SectionName = "Aspire:StackExchange:Redis";

    /// <summary>Registers an <see cref="IConnectionMultiplexer"/> with its health check (<c>StackExchange.Redis</c>) and spans.</summary>
    /// <param name="builder">The host to add to.</param>
    /// <param name="connectionName">The name of the connection string.</param>
    /// <param name="configureSettings">Called after the settings were read from the configuration.</param>
    /// <param name="configureOptions">Called after the client's options were read from the connection string and the configuration.</param>
    /// <remarks>A server that is not there is no error: the client goes on trying (<c>AbortOnConnectFail</c> is false).</remarks>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
        => AddClient(builder, connectionName, serviceKey: null, configureSettings, configureOptions);

    /// <summary>Registers an <see cref="IConnectionMultiplexer"/> as a keyed service with its health check (<c>StackExchange.Redis_{name}</c>) and spans.</summary>
    /// <param name="builder">The host to add to.</param>
    /// <param name="name">The service key and the name of the connection string.</param>
    /// <param name="configureSettings">Called after the settings were read from the configuration.</param>
    /// <param name="configureOptions">Called after the client's options were read from the connection string and the configuration.</param>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
        => AddClient(builder, name, serviceKey: name, configureSettings, configureOptions);

    private static void AddClient(
        IHostApplicationBuilder builder,
        string connectionName,
        string? serviceKey,
        Action<StackExchangeRedisSettings>? configureSettings,
        Action<ConfigurationOptions>? configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var section = builder.Configuration.GetSection(SectionName);
        var namedSection = section.GetSection(connectionName);
        var settings = new StackExchangeRedisSettings();
        section.Bind(settings);
        namedSection.Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        var optionsName = serviceKey ?? Options.Options.DefaultName;
        builder.Services.TryAddTransient<IOptionsFactory<ConfigurationOptions>, RedisOptionsFactory>();
        builder.Services.AddKeyedSingleton(optionsName, new RedisConnectionString(settings.ConnectionString));
        builder.Services.Configure<ConfigurationOptions>(optionsName, options =>
        {
            section.GetSection("ConfigurationOptions").Bind(options);
            namedSection.GetSection("ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);
        });

        builder.Services.AddKeyedSingleton<IConnectionMultiplexer>(serviceKey, (services, _) => Connect(services, connectionName, optionsName, settings));
        if (!settings.DisableAutoActivation)
        {
            builder.Services.AddSingleton<IHostedService>(services => new RedisActivation(services, serviceKey)); // AddHostedService would take only one of them
        }

        if (!settings.DisableTracing)
        {
            builder.Services.TryAddSingleton<RedisProfiler>();
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing
                .AddSource(RedisProfiler.SourceName)
                .AddInstrumentation(services => services.GetRequiredService<RedisProfiler>()));
        }

        if (!settings.DisableHealthChecks)
        {
            AddHealthCheck(builder, serviceKey is null ? "StackExchange.Redis" : $"StackExchange.Redis_{connectionName}", serviceKey);
        }
    }

    private static ConnectionMultiplexer Connect(IServiceProvider services, string connectionName, string optionsName, StackExchangeRedisSettings settings)
    {
        var options = services.GetRequiredService<IOptionsMonitor<ConfigurationOptions>>().Get(optionsName);
        if (options.EndPoints.Count == 0)
        {
            throw new InvalidOperationException($"There is no connection string 'ConnectionStrings:{connectionName}' in the configuration, and no '{SectionName}:ConnectionString' either.");
        }

        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        var connection = ConnectionMultiplexer.Connect(options);
        if (!settings.DisableTracing)
        {
            services.GetRequiredService<RedisProfiler>().Observe(connection);
        }

        return connection;
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
            services => new RedisHealthCheck(() => services.GetRequiredKeyedService<IConnectionMultiplexer>(serviceKey)),
            failureStatus: null,
            tags: null));
    }
}
