using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Projects of this repository as resources.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project, started with the AppHost's launch profile where it has one of that name, else with its first.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <summary>Adds a project, started with a launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, options =>
        {
            options.ExcludeLaunchProfile = launchProfileName is null;
            options.LaunchProfileName = launchProfileName;
        });

    /// <summary>Adds a project.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        var options = new ProjectResourceOptions();
        configure(options);

        var metadata = new TProject();
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(new ProjectMetadataAnnotation(metadata));
        return options.ExcludeLaunchProfile ? project : project.WithLaunchProfile(metadata, options.LaunchProfileName);
    }

    /// <summary>Runs several processes of a project. The first has the addresses of its endpoints, the others get ports of their own.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static IResourceBuilder<ProjectResource> WithLaunchProfile(this IResourceBuilder<ProjectResource> builder, IProjectMetadata metadata, string? wanted)
    {
        var profiles = LaunchProfile.Read(Path.GetDirectoryName(metadata.ProjectPath)!);
        var own = builder.ApplicationBuilder.Configuration["DOTNET_LAUNCH_PROFILE"];
        var (name, profile) = profiles.FirstOrDefault(candidate => candidate.Key == (wanted ?? own));
        if (profile is null && wanted is not null)
        {
            throw new DistributedApplicationException($"The project of resource '{builder.Resource.Name}' has no launch profile '{wanted}'.");
        }

        if (profile is null && profiles.Count > 0)
        {
            (name, profile) = profiles[0];
        }

        if (profile is null)
        {
            return builder;
        }

        foreach (var address in profile.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var binding = new Uri(address);
            builder.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, binding.Scheme, name: binding.Scheme, port: binding.Port));
        }

        return builder.WithAnnotation(new LaunchProfileAnnotation(name)).WithEnvironment(context =>
        {
            foreach (var (variable, value) in profile.EnvironmentVariables)
            {
                context.EnvironmentVariables[variable] = Environment.ExpandEnvironmentVariables(value);
            }

            context.EnvironmentVariables["DOTNET_LAUNCH_PROFILE"] = name;
        });
    }
}
