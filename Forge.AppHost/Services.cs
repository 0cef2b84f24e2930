using Microsoft.Extensions.Configuration;

namespace Forge.AppHost;

/// <summary>What Forge's services have in common.</summary>
internal static class Services
{
    /// <summary>Runs the built program, which comes back when it ends by itself.</summary>
    public static IResourceBuilder<ProjectResource> AsService(this IResourceBuilder<ProjectResource> service) =>
        service.WithBuiltProgram().WithRestartPolicy();

    /// <summary>
    /// As many workers as the setting <c>Worker:Replicas</c> says, 1 by default. Each is a resource with a name of its own, since the replicas of one
    /// resource share its health: <c>worker</c>, <c>worker-2</c>, <c>worker-3</c> …
    /// </summary>
    public static IEnumerable<IResourceBuilder<ProjectResource>> AddWorkers<T>(this IDistributedApplicationBuilder builder, string name)
        where T : IProjectMetadata, new()
    {
        var count = builder.Configuration.GetValue("Worker:Replicas", 1);
        yield return builder.AddProject<T>(name);
        for (var number = 2; number <= count; number++)
        {
            // The port of the launch settings is the first one's.
            yield return builder.AddProject<T>($"{name}-{number}").WithEndpoint("http", endpoint => endpoint.Port = null);
        }
    }
}
