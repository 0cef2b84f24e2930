using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Data;
using Forge.Hosting.Redis;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable IDE0130 // where an AppHost needs no using
namespace Aspire.Hosting;

/// <summary>Adds Redis servers that need no container engine.</summary>
public static class NativeRedisBuilderExtensions
{
    /// <summary>Adds Garnet, which speaks Redis's protocol, as a process. Its data is thrown away at the end unless <see cref="WithDataFolder"/> keeps it.</summary>
    /// <remarks>
    /// The server listens on 127.0.0.1 only and keeps at most 512 MB. At that limit Garnet forgets its oldest keys without an error; <c>redis-server</c>
    /// (<see cref="WithRedisServer"/>) has no limit. It has no streams. Lua scripts are atomic.
    /// </remarks>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="port">The port; null for a free one.</param>
    /// <param name="password">What clients have to show; null for the parameter <c>{name}-password</c>, which is generated.</param>
    public static IResourceBuilder<NativeRedisResource> AddNativeRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        // The client's connection strings cannot hold a comma in a password.
        var redis = new NativeRedisResource(name, password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        string? connectionString = null;
        builder.Eventing.Subscribe<ConnectionStringAvailableEvent>(redis, async (_, cancellationToken) => connectionString = await redis.ConnectionStringExpression.GetValueAsync(cancellationToken));
        builder.Services.AddHealthChecks().AddRedis(
            _ => connectionString ?? throw new InvalidOperationException($"'{name}' has no connection string yet."), name: $"{name}_check");
        return builder.AddResource(redis)
            .ExcludeFromManifest()
            .WithIconName("Database")
            .WithInitialState(new CustomResourceSnapshot { ResourceType = "Redis", Properties = [] })
            .WithEndpoint(NativeRedisResource.EndpointName, endpoint =>
            {
                endpoint.Port = port;
                endpoint.TargetPort = port;
                endpoint.IsProxied = false;
                endpoint.UriScheme = "redis";
            })
            .WithPreparedCommand(RedisServer.Folders, async (start, cancellationToken) => await RedisServer.PrepareAsync(
                redis.RedisServer, start, redis.PrimaryEndpoint.Port, (await redis.PasswordParameter.GetValueAsync(cancellationToken))!, cancellationToken))
            .WithHealthCheck($"{name}_check");
    }

    /// <summary>Runs <c>redis-server</c> instead of Garnet.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="program">A name that is searched for in PATH, or a path.</param>
    public static IResourceBuilder<NativeRedisResource> WithRedisServer(this IResourceBuilder<NativeRedisResource> builder, string program = "redis-server")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(program);
        builder.Resource.RedisServer = program;
        return builder;
    }

    /// <summary>Keeps the data between runs: each change is appended to a file.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="path">
    /// The folder, relative to the AppHost's; null for one in the user's local data folder (for root <c>/var/lib/forge-hosting</c>) that is named
    /// after the AppHost and the resource.
    /// </param>
    public static IResourceBuilder<NativeRedisResource> WithDataFolder(this IResourceBuilder<NativeRedisResource> builder, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.KeepData(path);
    }
}
