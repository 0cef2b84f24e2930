namespace Forge.AppHost;

/// <summary>Ways between the services and Aspire's dashboard.</summary>
internal static class Dashboard
{
    private const string ResourceName = "aspire-dashboard";

    /// <summary>Links beside the resource that open the dashboard's trace list, filtered by lane.</summary>
    public static IResourceBuilder<T> WithTraceLinks<T>(this IResourceBuilder<T> service, params string[] lanes)
        where T : IResource
    {
        var address = service.ApplicationBuilder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0];
        return address is null ? service : service.WithUrls(context =>
        {
            foreach (var lane in lanes)
            {
                context.Urls.Add(new ResourceUrlAnnotation
                {
                    Url = $"{address}/traces?filters=forge.lane:equals:{lane}",
                    DisplayText = $"Traces: {lane.Replace('_', '-')}",
                });
            }
        });
    }

    /// <summary>Tells the service where the dashboard's telemetry can be read, for the page that draws a journey.</summary>
    public static IResourceBuilder<ProjectResource> WithDashboard(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment(context =>
        {
            var dashboard = service.ApplicationBuilder.Resources.OfType<IResourceWithEndpoints>().FirstOrDefault(resource => resource.Name == ResourceName);
            if (context.ExecutionContext.IsRunMode && dashboard?.GetEndpoints().FirstOrDefault(endpoint => endpoint.EndpointName is "http" or "https") is { } endpoint)
            {
                context.EnvironmentVariables["Dashboard__Url"] = endpoint;
                context.EnvironmentVariables["Dashboard__ApiKey"] = service.ApplicationBuilder.Configuration["AppHost:DashboardApiKey"] ?? "";
            }
        });
}
