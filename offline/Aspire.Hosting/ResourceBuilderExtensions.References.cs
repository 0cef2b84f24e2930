using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Gives the connection string of a resource, as <c>ConnectionStrings__{name}</c>, and its parts, as <c>{NAME}_HOST</c> and so on.</summary>
    /// <param name="builder">The resource that gets it.</param>
    /// <param name="source">The resource that has it.</param>
    /// <param name="connectionName">The name; that of the source by default.</param>
    /// <param name="optional">Whether the resource also starts when the connection string is empty.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        return builder.WithReferenceTo(resource).WithEnvironment(context =>
        {
            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = new ConnectionStringReference(resource, optional);
            var prefix = name.Length == 0 ? "" : $"{ResourceName.ToVariable(name).ToUpperInvariant()}_";
            foreach (var (key, value) in resource.GetConnectionProperties())
            {
                context.EnvironmentVariables[prefix + key.ToUpperInvariant()] = value;
            }
        });
    }

    /// <summary>Gives the addresses of a resource, for service discovery (<c>services__{name}__{scheme}__0</c>) and as <c>{NAME}_{ENDPOINT}</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment => builder.WithEndpoints(source.Resource, _ => true, name: null);

    /// <summary>Gives the addresses of a resource, under another name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment => builder.WithEndpoints(source.Resource, _ => true, name);

    /// <summary>Gives the address of one endpoint.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEndpoints(endpointReference.Resource, endpoint => string.Equals(endpoint.EndpointName, endpointReference.EndpointName, StringComparison.OrdinalIgnoreCase), name: null);

    /// <summary>Gives an address, for service discovery (<c>services__{name}__default__0</c>) and as <c>{name}</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment($"services__{name}__default__0", uri.ToString()).WithEnvironment(ResourceName.ToVariable(name), uri.ToString());

    /// <summary>Gives the address of a service outside of the application, for service discovery and as <c>{NAME}</c>, or <c>{NAME}_{SCHEME}</c> where a parameter holds it.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<ExternalServiceResource> externalService)
        where TDestination : IResourceWithEnvironment
    {
        var service = externalService.Resource;
        return builder.WithReferenceTo(service).WithEnvironment(async context =>
        {
            var uri = await service.GetUriAsync(context.CancellationToken);
            context.EnvironmentVariables[$"services__{service.Name}__{uri.Scheme}__0"] = uri.ToString();
            var suffix = service.Uri is null ? $"_{uri.Scheme}" : "";
            context.EnvironmentVariables[(ResourceName.ToVariable(service.Name) + suffix).ToUpperInvariant()] = uri.ToString();
        });
    }

    private static IResourceBuilder<T> WithEndpoints<T>(this IResourceBuilder<T> builder, IResourceWithEndpoints source, Func<EndpointReference, bool> isWanted, string? name)
        where T : IResourceWithEnvironment => builder.WithReferenceTo(source).WithEnvironment(context =>
        {
            foreach (var endpoint in source.GetEndpoints().Where(isWanted))
            {
                // What is named http may be upgraded to https, so its scheme counts; other endpoints are found by their names.
                var key = endpoint.EndpointName is "http" or "https" ? endpoint.Scheme : endpoint.EndpointName;
                var prefix = name is null ? ResourceName.ToVariable(source.Name).ToUpperInvariant() : ResourceName.ToVariable(name);
                context.EnvironmentVariables[$"{prefix}_{ResourceName.ToVariable(endpoint.EndpointName).ToUpperInvariant()}"] = endpoint;

                var index = 0;
                while (context.EnvironmentVariables.TryGetValue(ServiceKey(index), out var taken) && !(taken is EndpointReference other && other.EndpointAnnotation == endpoint.EndpointAnnotation))
                {
                    index++;
                }

                context.EnvironmentVariables[ServiceKey(index)] = endpoint;

                string ServiceKey(int index) => $"services__{name ?? source.Name}__{key}__{index}";
            }
        });

    private static IResourceBuilder<T> WithReferenceTo<T>(this IResourceBuilder<T> builder, IResource resource)
        where T : IResource => builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, "Reference"));
}
