using Aspire.Dashboard.Access;
using Aspire.Dashboard.Otlp;
using Aspire.Dashboard.Telemetry;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Orchestrator;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Dashboard.Hosting;

/// <summary>Runs the dashboard's two web servers for as long as the AppHost runs. They start beside the application, which does not wait for them.</summary>
internal sealed partial class DashboardService(
    DashboardSettings settings,
    TelemetryStore store,
    TelemetryLimits limits,
    LoginLink loginLink,
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    IServiceProvider services,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<DashboardService>();
    private readonly List<WebApplication> _servers = [];
    private Task _starting = Task.CompletedTask;

    /// <exception cref="DistributedApplicationException">A port of the dashboard is taken.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ThrowIfTaken("pages", settings.FrontendUrl);
        ThrowIfTaken("OTLP over gRPC", settings.OtlpGrpcUrl);
        if (settings.OtlpHttpUrl is { } otlpHttp)
        {
            ThrowIfTaken("OTLP over HTTP", otlpHttp);
        }

        _starting = Task.Run(StartServersAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _starting;
        await Task.WhenAll(_servers.Select(server => server.StopAsync(cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private async Task StartServersAsync()
    {
        try
        {
            // The receiver first: what nobody receives is lost.
            await StartAsync(OtlpServer.Build(settings, new TelemetryReader(store, limits), loggers));
            await StartAsync(FrontendServer.Build(settings, services, loggers));
            var dashboard = model.Resources.OfType<DashboardResource>().Single();
            await notifications.PublishUpdateAsync(dashboard, snapshot => snapshot with { State = new(KnownResourceStates.Running, KnownResourceStateStyles.Success) });
            loginLink.Show();
        }
        catch (Exception exception)
        {
            // The application is worth running without it.
            LogNotStarted(exception);
        }
    }

    private async Task StartAsync(WebApplication server)
    {
        _servers.Add(server);
        await server.StartAsync();
    }

    private static void ThrowIfTaken(string what, Uri address)
    {
        if (!PortAllocator.IsFree(address.Port))
        {
            throw new DistributedApplicationException($"Port {address.Port} of the dashboard ({what}) is already taken: stop what listens there (is this application already running?) or change the port in the AppHost's launch profile.");
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The dashboard could not be started; the application runs without it.")]
    private partial void LogNotStarted(Exception exception);
}
