namespace Forge.AppHost;

/// <summary>Ways between the services and Aspire's dashboard.</summary>
internal static class Dashboard
{
    private const string ResourceName = "aspire-dashboard";

    /// <summary>Links beside the resource that open the dashboard's trace list, filtered by lane.</summary>
    public static IResourceBuilder<T> WithTraceLinks<T>(this IResourceBuilder<T> service, params string[] lanes)
        where T : IResource =>
        service.WithUrls(async context =>
        {
            if (FindEndpoint(service.ApplicationBuilder) is { } dashboard)
            {
                var address = await dashboard.GetValueAsync(context.CancellationToken);
                context.Urls.AddRange(lanes.Select(lane => new ResourceUrlAnnotation
                {
                    Url = $"{address}/traces?filters=forge.lane:equals:{lane}",
                    DisplayText = $"Traces: {lane.Replace('_', '-')}",
                }));
            }
        });

    /// <summary>Tells the service where the dashboard's telemetry can be read, for the page that draws a journey.</summary>
    public static IResourceBuilder<ProjectResource> WithDashboard(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment(context =>
        {
            if (context.ExecutionContext.IsRunMode && FindEndpoint(service.ApplicationBuilder) is { } endpoint)
            {
                context.EnvironmentVariables["Dashboard__Url"] = endpoint;
                context.EnvironmentVariables["Dashboard__ApiKey"] = service.ApplicationBuilder.Configuration["AppHost:DashboardApiKey"] ?? "";
            }
        });

    /// <summary>Null where there is no dashboard, as in most tests of an AppHost.</summary>
    private static EndpointReference? FindEndpoint(IDistributedApplicationBuilder builder) =>
        builder.Resources.OfType<IResourceWithEndpoints>().FirstOrDefault(resource => resource.Name == ResourceName)?
            .GetEndpoints().FirstOrDefault(endpoint => endpoint.EndpointName is "http" or "https");
}
