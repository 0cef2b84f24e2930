using Forge.PostResponse;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the post-response lane to an ASP.NET Core application.</summary>
public static class PostResponseHostingExtensions
{
    private const string HealthCheckName = "post-response";

    /// <summary>
    /// Adds the post-response lane: the scoped <see cref="PostResponseTasks"/>, the runners, their drain at a graceful stop, a health
    /// check, traces and metrics.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the options after they were bound from the section <c>PostResponse</c>.</param>
    /// <returns>A builder on which task types are registered by name.</returns>
    /// <remarks>Calling it again is harmless: it only adds <paramref name="configure"/>.</remarks>
    public static PostResponseTasksBuilder AddPostResponseTasks(this IHostApplicationBuilder builder, Action<PostResponseOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var services = builder.Services;
        if (!services.Any(service => service.ServiceType == typeof(PostResponseLane)))
        {
            services.AddLane(builder.Configuration.GetSection(PostResponseOptions.SectionName));
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return new PostResponseTasksBuilder(services);
    }

    private static void AddLane(this IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptionsWithValidateOnStart<PostResponseOptions>().Bind(section);
        services.AddSingleton<IValidateOptions<PostResponseOptions>, PostResponseOptionsValidator>();
        services.AddSingleton<IValidateOptions<PostResponseOptions>, ShutdownTimeoutValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpContextAccessor();
        services.AddSingleton<PostResponseMetrics>();
        services.AddSingleton(provider => new PostResponseMonitor(provider.GetRequiredService<PostResponseMetrics>()));
        services.AddSingleton<PostResponseTaskRegistry>();
        services.AddSingleton<BacklogRoom>();
        services.AddSingleton<SynchronousThreads>();
        services.AddSingleton<PostResponseLane>();
        services.AddScoped(provider => new PostResponseTasks(
            provider.GetRequiredService<IHttpContextAccessor>(), provider.GetRequiredService<PostResponseLane>()));
        services.AddHostedService<PostResponseHostedService>();
        services.AddTransient<IStartupFilter, PostResponseStartupFilter>();
        services.AddSingleton<IDeveloperPageExceptionFilter, DeveloperPageFilter>();
        services.DecorateHttpContextFactory();

        services.AddHealthChecks().AddCheck<PostResponseHealthCheck>(HealthCheckName, HealthStatus.Degraded);
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(PostResponseTracing.SourceName));
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(PostResponseMetrics.MeterName));
    }

    private static void DecorateHttpContextFactory(this IServiceCollection services)
    {
        var original = services.LastOrDefault(service => service.ServiceType == typeof(IHttpContextFactory));
        services.AddSingleton<IHttpContextFactory>(provider => new ReleasingHttpContextFactory(
            Create(provider), provider.GetRequiredService<TimeProvider>()));

        IHttpContextFactory Create(IServiceProvider provider) => original switch
        {
            null => new DefaultHttpContextFactory(provider),
            { ImplementationInstance: IHttpContextFactory instance } => instance,
            { ImplementationFactory: { } factory } => (IHttpContextFactory)factory(provider),
            _ => (IHttpContextFactory)ActivatorUtilities.CreateInstance(provider, original.ImplementationType!),
        };
    }
}
