using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Forge.IntegrationTests.Telemetry;

/// <summary>Receives metrics by OTLP over HTTP and remembers each instrument with the tags of its series.</summary>
internal sealed class MetricReceiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Resource, string Meter, string Name), ExportedMetric> _metrics = new();
    private readonly WebApplication _app;

    public MetricReceiver()
    {
        _app = CreateApp();
        _app.Run(ReceiveAsync);
    }

    public IReadOnlyList<ExportedMetric> All => [.. _metrics.Values];

    /// <summary>Lets the services send their metrics here, all else to where it goes anyway.</summary>
    public async Task ReceiveFromAsync(IEnumerable<ProjectResource> services)
    {
        await _app.StartAsync();
        foreach (var service in services)
        {
            service.Annotations.Add(new EnvironmentCallbackAnnotation(variables =>
            {
                variables["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = $"{_app.Urls.Single()}/v1/metrics";
                variables["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] = "http/protobuf";
            }));
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication CreateApp()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        foreach (var metric in OtlpMetrics.Read(body.ToArray()))
        {
            _metrics.AddOrUpdate((metric.Resource, metric.Meter, metric.Name), metric, (_, former) => metric with { Series = [.. former.Series, .. metric.Series] });
        }
    }
}
