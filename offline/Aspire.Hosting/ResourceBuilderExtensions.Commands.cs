using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds a command.</summary>
    public static IResourceBuilder<T> WithCommand<T>(this IResourceBuilder<T> builder, string name, string displayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? commandOptions = null)
        where T : IResource
    {
        var existing = builder.Resource.Annotations.OfType<ResourceCommandAnnotation>().FirstOrDefault(command => command.Name == name);
        if (existing is not null)
        {
            builder.Resource.Annotations.Remove(existing);
        }

        return builder.WithAnnotation(new ResourceCommandAnnotation(name, displayName, commandOptions?.UpdateState ?? (_ => ResourceCommandState.Enabled), executeCommand, commandOptions));
    }

    /// <summary>Adds a command that sends an HTTP request to the resource.</summary>
    /// <param name="builder">The resource's builder.</param>
    /// <param name="path">The path of the request.</param>
    /// <param name="displayName">The name that people see.</param>
    /// <param name="endpointName">The endpoint; the first HTTP endpoint by default.</param>
    /// <param name="commandName">The command's name; made of endpoint, method and path by default.</param>
    /// <param name="commandOptions">How it is sent and shown. By default a POST, enabled while the resource is healthy.</param>
    public static IResourceBuilder<TResource> WithHttpCommand<TResource>(this IResourceBuilder<TResource> builder, string path, string displayName, string? endpointName = null, string? commandName = null, HttpCommandOptions? commandOptions = null)
        where TResource : IResourceWithEndpoints
    {
        var options = commandOptions ?? new HttpCommandOptions();
        var method = options.Method ?? HttpMethod.Post;
        commandName ??= $"{builder.Resource.Name}-{endpointName ?? "http"}-{method.Method}-{path}".ToLowerInvariant();
        options.UpdateState ??= context => context.ResourceSnapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
        return builder.WithCommand(commandName, displayName, SendAsync, options);

        async Task<ExecuteCommandResult> SendAsync(ExecuteCommandContext context)
        {
            var endpoint = options.EndpointSelector?.Invoke()
                ?? builder.Resource.GetEndpoints().FirstOrDefault(candidate => endpointName is null ? candidate.IsHttp || candidate.IsHttps : candidate.EndpointName == endpointName)
                ?? throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' has no HTTP endpoint for command '{commandName}'.");
            var client = context.ServiceProvider.GetRequiredService<IHttpClientFactory>().CreateClient(options.HttpClientName ?? "");
            using var request = new HttpRequestMessage(method, new Uri(new Uri(endpoint.Url), path));
            if (options.PrepareRequest is not null)
            {
                await options.PrepareRequest(new HttpCommandRequestContext
                {
                    ServiceProvider = context.ServiceProvider,
                    ResourceName = context.ResourceName,
                    Endpoint = endpoint,
                    HttpClient = client,
                    Request = request,
                    CancellationToken = context.CancellationToken,
                });
            }

            using var response = await client.SendAsync(request, context.CancellationToken);
            if (options.GetCommandResult is not null)
            {
                return await options.GetCommandResult(new HttpCommandResultContext
                {
                    ServiceProvider = context.ServiceProvider,
                    ResourceName = context.ResourceName,
                    Endpoint = endpoint,
                    HttpClient = client,
                    Response = response,
                    CancellationToken = context.CancellationToken,
                });
            }

            return response.IsSuccessStatusCode ? CommandResults.Success() : CommandResults.Failure($"The request failed with status {(int)response.StatusCode}.");
        }
    }
}
