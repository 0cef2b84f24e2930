using Forge.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds durable jobs to an application.</summary>
public static class JobQueueHostingExtensions
{
    /// <summary>Adds what enqueues and reads jobs: <see cref="IJobQueue"/>, <see cref="JobReader"/>, <see cref="JobControl"/>, <see cref="JobSchedules"/> and <see cref="JobKindRegistry"/>, with migrations at start, health check <c>jobs</c> and telemetry.</summary>
    /// <remarks>Needs a registered <see cref="NpgsqlDataSource"/> and <see cref="IConnectionMultiplexer"/>. Calling it twice is harmless. Register kinds with <c>builder.Services.AddJobKind</c>.</remarks>
    public static TBuilder AddJobQueue<TBuilder>(this TBuilder builder, Action<JobQueueOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        var options = services.AddOptionsWithValidateOnStart<JobQueueOptions, JobQueueOptionsValidator>().BindConfiguration(JobQueueOptions.SectionName);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(IJobQueue)))
        {
            return builder;
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisNames>();
        services.AddSingleton<RedisStanding>();
        services.AddSingleton<ChangeFollowers>();
        services.AddSingleton<JobDispatch>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton(provider => new JobKindRegistry(provider.GetServices<JobKind>(), provider.GetRequiredService<IOptions<JobQueueOptions>>()));
        services.AddSingleton<IJobQueue, JobQueue>();
        services.AddSingleton(provider => new JobControl(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<JobDispatch>(),
            provider.GetRequiredService<TimeProvider>()));
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
        services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(JobTelemetry.Name))
            .WithMetrics(metrics => metrics.AddMeter(JobTelemetry.Name));
        return builder;
    }
}
