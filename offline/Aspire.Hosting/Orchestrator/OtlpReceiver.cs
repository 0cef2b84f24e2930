using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestrator;

/// <summary>Somebody who receives telemetry by OTLP over gRPC. Where none is registered, nothing is exported.</summary>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="ApiKey">What senders show it; null for nothing.</param>
internal sealed record OtlpReceiver(Uri Endpoint, string? ApiKey);

/// <summary>The environment by which a process names itself in its telemetry, and finds who receives it.</summary>
internal static class OtlpEnvironment
{
    public static void AddTo(IDictionary<string, object> variables, IResource resource, string resourceId, OtlpReceiver? receiver, bool isDevelopment)
    {
        variables["OTEL_SERVICE_NAME"] = resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resourceId}";
        if (receiver is null)
        {
            return;
        }

        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint.ToString();
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        if (receiver.ApiKey is not null)
        {
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={receiver.ApiKey}";
        }

        if (isDevelopment)
        {
            // Telemetry is looked at while it happens: it is sent every second, and all of it.
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }
    }
}
