using Aspire.Dashboard.Access;
using Aspire.Dashboard.Journeys;
using Aspire.Dashboard.Json;
using Aspire.Dashboard.Live;
using Aspire.Dashboard.Resources;
using Aspire.Dashboard.Telemetry;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Aspire.Dashboard.Hosting;

/// <summary>Serves the pages and the JSON API, on loopback only.</summary>
internal static class FrontendServer
{
    private const long MaxRequestBytes = 64 * 1024;

    public static WebApplication Build(DashboardSettings settings, IServiceProvider appHost, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(FrontendServer).Assembly.GetName().Name });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(appHost.GetRequiredService<LoginLink>());
        builder.Services.AddSingleton(appHost.GetRequiredService<TelemetryStore>());
        builder.Services.AddSingleton(appHost.GetRequiredService<ChangeNotes>());
        builder.Services.AddSingleton(appHost.GetRequiredService<TimeProvider>());
        builder.Services.AddSingleton(appHost.GetRequiredService<DistributedApplicationModel>());
        builder.Services.AddSingleton(appHost.GetRequiredService<ResourceNotificationService>());
        builder.Services.AddSingleton(appHost.GetRequiredService<ResourceLoggerService>());
        builder.Services.AddSingleton(appHost.GetRequiredService<ResourceCommandService>());
        builder.Services.AddSingleton<ResourceBoard>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ResourceBoard>());
        builder.Services.AddLoopbackHostFiltering();
        builder.Services.AddDashboardAccess();
        builder.Services.AddRazorPages().ConfigureApplicationPartManager(parts =>
        {
            foreach (var part in new ConsolidatedAssemblyApplicationPartFactory().GetApplicationParts(typeof(FrontendServer).Assembly).Where(part => !parts.ApplicationParts.Any(known => known.GetType() == part.GetType() && known.Name == part.Name)))
            {
                parts.ApplicationParts.Add(part);
            }
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.ListenLocalhost(settings.FrontendUrl.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });

        var app = builder.Build();
        app.UseHostFiltering();
        app.Use(AddSecurityHeadersAsync);
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new EmbeddedFileProvider(typeof(FrontendServer).Assembly, "Aspire.Dashboard.wwwroot"),
            // The address stays the same when the file changes.
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapRazorPages();
        app.MapTelemetryApi();
        app.MapMetricsApi();
        app.MapJourneyApi();
        app.MapResourceApi();
        app.MapChanges();
        return app;
    }

    // No outside resource is loaded, no page is framed, and the address of the login page goes nowhere. Nothing is inline: bars and charts are SVG, placed by its own attributes.
    private static Task AddSecurityHeadersAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }
}
