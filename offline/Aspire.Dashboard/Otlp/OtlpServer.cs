using Aspire.Dashboard.Access;
using Aspire.Dashboard.Hosting;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Aspire.Dashboard.Otlp;

/// <summary>Receives telemetry: gRPC at one address and, where one is configured, HTTP at another. A web server of its own, apart from the pages'.</summary>
internal static class OtlpServer
{
    /// <summary>What one message may have, unzipped.</summary>
    public const int MaxMessageBytes = 16 << 20;

    /// <summary>The header that carries the key, as Aspire has it.</summary>
    public const string ApiKeyHeader = "x-otlp-api-key";

    public static WebApplication Build(DashboardSettings settings, TelemetryReader reader, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.Services.AddLoopbackHostFiltering();
        builder.Services.AddSingleton(reader);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<OtlpGrpc>, OtlpGrpc.Methods>());
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = MaxMessageBytes);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxMessageBytes;
            kestrel.ListenLocalhost(settings.OtlpGrpcUrl.Port, listen => listen.Protocols = HttpProtocols.Http2);
            if (settings.OtlpHttpUrl is { } http)
            {
                kestrel.ListenLocalhost(http.Port, listen => listen.Protocols = HttpProtocols.Http1);
            }
        });

        var app = builder.Build();
        app.UseHostFiltering();
        app.Use((context, next) => RequireKeyAsync(context, next, settings.OtlpApiKey));
        app.UseRouting();
        app.MapGrpcService<OtlpGrpc>();
        app.MapOtlpHttp(reader);
        return app;
    }

    private static Task RequireKeyAsync(HttpContext context, RequestDelegate next, SecretKey key)
    {
        if (key.Matches(context.Request.Headers[ApiKeyHeader]))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
