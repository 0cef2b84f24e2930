using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Health;

/// <summary>A health check that asks each process of a resource by HTTP.</summary>
internal sealed class HttpHealthCheckAnnotation(IResourceWithEndpoints resource, string path, int statusCode, string? endpointName)
    : HealthCheckAnnotation($"{resource.Name}_{endpointName ?? "http"}_{path}_{statusCode}_check")
{
    public string Path { get; } = path;

    public int StatusCode { get; } = statusCode;

    public EndpointAnnotation Endpoint =>
        resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => endpointName is null ? endpoint.UriScheme is "http" or "https" : endpoint.Name == endpointName)
        ?? throw new DistributedApplicationException($"Resource '{resource.Name}' has no HTTP endpoint{(endpointName is null ? "" : $" named '{endpointName}'")} for its health check; add one to its launch settings or by WithHttpEndpoint.");
}
