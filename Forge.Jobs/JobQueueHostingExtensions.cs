using Forge.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds durable jobs to an application.</summary>
public static class JobQueueHostingExtensions
{
    /// <summary>Adds what enqueues and reads jobs: <see cref="IJobQueue"/>, <see cref="JobReader"/>, <see cref="DeadLetters"/>, <see cref="JobControl"/>, <see cref="JobBulk"/>, <see cref="JobSchedules"/> and <see cref="JobKindRegistry"/>, with migrations at start, health check <c>jobs</c> and telemetry.</summary>
    /// <remarks>Needs a registered <see cref="NpgsqlDataSource"/> and <see cref="IConnectionMultiplexer"/>. Calling it again only adds <paramref name="configure"/>, which comes after the configuration. Register kinds with <c>builder.Services.AddJobKind</c>.</remarks>
    public static TBuilder AddJobQueue<TBuilder>(this TBuilder builder, Action<JobQueueOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        if (!services.Any(service => service.ServiceType == typeof(IJobQueue)))
        {
            services.AddJobQueue();
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return builder;
    }

    private static void AddJobQueue(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<JobQueueOptions, JobQueueOptionsValidator>().BindConfiguration(JobQueueOptions.SectionName);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisNames>();
        services.AddSingleton<RedisStanding>();
        services.AddSingleton<ChangeFollowers>();
        services.AddSingleton<JobDispatch>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton(provider => new JobKindRegistry(provider.GetServices<JobKind>(), provider.GetRequiredService<IOptions<JobQueueOptions>>()));
        services.AddSingleton<IJobQueue, JobQueue>();
        services.AddSingleton<JobChanger>();
        services.AddSingleton(provider => new JobControl(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<JobDispatch>(),
            provider.GetRequiredService<JobChanger>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new JobBulk(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<JobChanger>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DeadLetters(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(provider => new JobSchedules(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<JobDispatch>(),
            provider.GetRequiredService<IJobQueue>(),
            provider.GetRequiredService<JobKindRegistry>(),
            provider.GetRequiredService<IOptions<JobQueueOptions>>()));
        services.AddSingleton(provider => new JobReader(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<JobDispatch>(),
            provider.GetRequiredService<JobKindRegistry>(),
            provider.GetRequiredService<IOptions<JobQueueOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<JobSchema>();
        services.AddHostedService<RedisProbe>();
        services.AddHealthChecks().AddCheck<JobQueueHealthCheck>("jobs", HealthStatus.Degraded);
        // Part of the application's telemetry, if it has one. To start one is not a library's business.
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(JobTelemetry.Name));
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(JobTelemetry.Name));
    }
}
