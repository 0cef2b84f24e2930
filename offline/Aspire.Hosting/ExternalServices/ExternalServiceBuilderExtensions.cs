using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Services outside of the application as resources.</summary>
public static class ExternalServiceBuilderExtensions
{
    /// <summary>Adds a service by its address.</summary>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(this IDistributedApplicationBuilder builder, string name, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
            ? builder.AddExternalService(name, uri)
            : throw new ArgumentException($"'{url}' is no absolute address.", nameof(url));

    /// <summary>Adds a service by its address.</summary>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(this IDistributedApplicationBuilder builder, string name, Uri uri) =>
        builder.AddResource(new ExternalServiceResource(name, uri));

    /// <summary>Adds a service whose address is a parameter.</summary>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> urlParameter) =>
        builder.AddResource(new ExternalServiceResource(name, urlParameter.Resource));
}
