using System.Diagnostics;
using Forge.ServiceDefaults;
using Forge.ServiceDefaults.ThreadPoolLag;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of Forge has: telemetry, health, service discovery and resilient HTTP clients.</summary>
public static class ServiceDefaultsExtensions
{
    private const string ReadyPath = "/health";
    private const string LivePath = "/alive";
    private const string LiveTag = "live";

    /// <summary>Adds OpenTelemetry, the thread pool's lag, health checks, service discovery and standard resilience on every HTTP client.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.Services.AddThreadPoolLag();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // A POST that timed out may have been carried out: sending it again is the caller's decision.
            // A Retry-After of zero, or of a time that is past, must not use up the retries at once.
            http.AddStandardResilienceHandler(options =>
            {
                options.Retry.ShouldRetryAfterHeader = false;
                options.Retry.DisableForUnsafeHttpMethods();
            });
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>Maps <c>/health</c> (ready: every check passes; says in a line each what those have to say that do not) and <c>/alive</c> (live: the process answers).</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks(ReadyPath, new HealthCheckOptions { ResponseWriter = WriteReportAsync }).DisableHttpMetrics();
        app.MapHealthChecks(LivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) }).DisableHttpMetrics();
        return app;
    }

    private static Task WriteReportAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        var told = report.Entries
            .Where(entry => entry.Value.Status != HealthStatus.Healthy || entry.Value.Description is not null)
            .Select(entry => $"{entry.Key}: {entry.Value.Description ?? entry.Value.Status.ToString()}");
        return context.Response.WriteAsync(string.Join('\n', told.Prepend(report.Status.ToString())), context.RequestAborted);
    }

    private static void AddThreadPoolLag(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ThreadPoolLagProbe>();
        services.AddHostedService<ThreadPoolLagService>();
    }

    private static void AddTelemetry<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        // Aspire's AppHost switches the redaction of query strings off, and a query string may hold a secret.
        builder.Configuration["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "false";
        builder.Configuration["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "false";

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter(ThreadPoolLagProbe.MeterName))
            .WithTracing(tracing => tracing
                .SetSampler(new LaneSampler())
                .AddSource(builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation(options =>
                {
                    options.Filter = IsNotHealthRequest;
                    options.EnrichWithHttpRequest = (span, _) => SetLane(span);
                })
                .AddHttpClientInstrumentation());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }
    }

    private static bool IsNotHealthRequest(HttpContext context) =>
        !context.Request.Path.StartsWithSegments(ReadyPath, StringComparison.Ordinal)
        && !context.Request.Path.StartsWithSegments(LivePath, StringComparison.Ordinal);

    // Below a remote parent the request is part of whatever lane the caller is in.
    private static void SetLane(Activity span)
    {
        if (span.ParentId is null)
        {
            span.SetTag("forge.lane", "request");
        }
    }
}
