using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Output;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Health;

/// <summary>Asks the health checks of what runs: often until it is healthy, seldom afterwards.</summary>
internal sealed partial class HealthMonitor(
    ResourceNotificationService notifications,
    IDistributedApplicationEventing eventing,
    ResourceLoggerService logs,
    HealthCheckService healthChecks,
    IServiceProvider services,
    TimeProvider time,
    ConsoleOutput? output = null) : IDisposable
{
    private static readonly TimeSpan UntilHealthy = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WhileUnhealthy = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Watches one process until <paramref name="cancellationToken"/> says that it has ended.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="resourceId">The process.</param>
    /// <param name="ports">The ports of the process's endpoints.</param>
    /// <param name="onFirstHealthy">Called when the process is healthy for the first time.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task WatchAsync(IResource resource, string resourceId, IReadOnlyDictionary<EndpointAnnotation, int> ports, Action onFirstHealthy, CancellationToken cancellationToken)
    {
        var checks = resource.Annotations.OfType<HealthCheckAnnotation>().ToList();
        Task? ready = null;
        HealthReportSnapshot[]? last = null;
        try
        {
            while (true)
            {
                var reports = await CheckAsync(checks, ports, cancellationToken);
                var isHealthy = reports.All(report => report.Status == HealthStatus.Healthy);
                var wasHealthy = last is null || last.All(report => report.Status == HealthStatus.Healthy);
                if (isHealthy && ready is null)
                {
                    onFirstHealthy();
                    ready = PublishReadyAsync(resource, resourceId, cancellationToken);
                }
                else if (ready is not null && isHealthy != wasHealthy)
                {
                    output?.WriteLine(isHealthy ? $"{resourceId} is healthy again" : $"{resourceId} is unhealthy: {reports.First(report => report.Status != HealthStatus.Healthy).Description}");
                }

                if (last is null || !reports.SequenceEqual(last))
                {
                    last = reports;
                    await notifications.PublishUpdateAsync(resource, resourceId, snapshot => snapshot with { HealthReports = [.. reports], Ready = ready });
                }

                if (checks.Count == 0)
                {
                    return;
                }

                await Task.Delay(ready is null ? UntilHealthy : isHealthy ? WhileHealthy : WhileUnhealthy, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process has ended.
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task PublishReadyAsync(IResource resource, string resourceId, CancellationToken cancellationToken)
    {
        try
        {
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            ReadyFailed(logs.GetLogger(resourceId), exception);
            throw;
        }
    }

    private async Task<HealthReportSnapshot[]> CheckAsync(List<HealthCheckAnnotation> checks, IReadOnlyDictionary<EndpointAnnotation, int> ports, CancellationToken cancellationToken)
    {
        var reports = await Task.WhenAll(checks.OfType<HttpHealthCheckAnnotation>().Select(check => CheckAsync(check, ports[check.Endpoint], cancellationToken)));
        var keys = checks.Where(check => check is not HttpHealthCheckAnnotation).Select(check => check.Key).ToHashSet();
        if (keys.Count == 0)
        {
            return reports;
        }

        var report = await healthChecks.CheckHealthAsync(registration => keys.Contains(registration.Name), cancellationToken);
        var missing = keys.Where(key => !report.Entries.ContainsKey(key)).Select(key => new HealthReportSnapshot(key, HealthStatus.Unhealthy, $"No health check '{key}' is registered.", ExceptionText: null));
        return [.. reports, .. report.Entries.Select(entry => new HealthReportSnapshot(entry.Key, entry.Value.Status, entry.Value.Description ?? entry.Value.Exception?.Message, entry.Value.Exception?.ToString())), .. missing];
    }

    private async Task<HealthReportSnapshot> CheckAsync(HttpHealthCheckAnnotation check, int port, CancellationToken cancellationToken)
    {
        var address = new Uri($"{check.Endpoint.UriScheme}://localhost:{port}{(check.Path.StartsWith('/') ? "" : "/")}{check.Path}");
        try
        {
            using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode == check.StatusCode
                ? new HealthReportSnapshot(check.Key, HealthStatus.Healthy, Description: null, ExceptionText: null)
                : new HealthReportSnapshot(check.Key, HealthStatus.Unhealthy, $"{address} answered {(int)response.StatusCode} instead of {check.StatusCode}", ExceptionText: null);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new HealthReportSnapshot(check.Key, HealthStatus.Unhealthy, $"{address} does not answer: {exception.Message}", ExceptionText: null);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "What should happen when the resource is ready failed.")]
    private static partial void ReadyFailed(ILogger logger, Exception exception);
}
