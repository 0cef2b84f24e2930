using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Aspire.Hosting.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers to the application.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Adds a Redis server. Its data is thrown away at the end unless <see cref="WithDataVolume"/> keeps it.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="port">The port on this machine; null for a random one.</param>
    /// <param name="password">What clients have to show; null for the parameter <c>{name}-password</c>, which is generated.</param>
    /// <remarks>
    /// Runs Garnet, which speaks Redis's protocol, on loopback only. With <c>Offline:RedisServer</c> in the AppHost's configuration
    /// (<c>redis-server</c>, or a path) it runs that program.
    /// </remarks>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder,
        string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        // The client's connection strings cannot hold a comma in a password.
        var redis = new RedisResource(name, password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        builder.Services.AddKeyedSingleton(name, (_, _) => new RedisHealthCheck(token => redis.ConnectionStringExpression.GetValueAsync(token)));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"{name}_check",
            services => services.GetRequiredKeyedService<RedisHealthCheck>(name),
            failureStatus: null,
            tags: null));
        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: 6379, name: RedisResource.PrimaryEndpointName, scheme: "redis")
            .WithAnnotation(new NativeServerAnnotation((context, token) => PrepareAsync(builder, redis, context, token)))
            .WithHealthCheck($"{name}_check");
    }

    /// <summary>Adds a Redis server on that port, with a generated password.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port) => builder.AddRedis(name, port, password: null);

    /// <summary>Sets what clients have to show; null for nothing.</summary>
    public static IResourceBuilder<RedisResource> WithPassword(this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.SetPassword(password?.Resource);
        return builder;
    }

    /// <summary>Keeps the data between runs, and writes it down (<see cref="WithPersistence"/>) unless it is read-only.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the volume; null for one made of the resource's name.</param>
    /// <param name="isReadOnly">Whether nothing is written to the volume.</param>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WithVolume(name ?? $"{builder.Resource.Name}-data", "/data", isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Writes the data down. Garnet does so at every change, whatever is said here.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="interval">How often; null for every 60 s.</param>
    /// <param name="keysChangedThreshold">Only when at least so many keys have changed.</param>
    public static IResourceBuilder<RedisResource> WithPersistence(this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new PersistenceAnnotation(interval, keysChangedThreshold));
    }

    /// <summary>Sets the port on this machine; null for a random one.</summary>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithEndpoint(RedisResource.PrimaryEndpointName, endpoint => endpoint.Port = port);
    }

    private static async Task<Processes.ProcessSpec> PrepareAsync(IDistributedApplicationBuilder builder, RedisResource redis, NativeServerContext context, CancellationToken cancellationToken)
    {
        var password = redis.PasswordParameter is null ? null : await redis.PasswordParameter.GetValueAsync(cancellationToken);
        redis.TryGetLastAnnotation<PersistenceAnnotation>(out var persistence);
        var folders = DataFolders.For(builder.Configuration["Offline:DataFolder"], () => null);
        return new RedisServer(folders, builder.Configuration["Offline:RedisServer"], builder.AppHostDirectory).Prepare(context, password, persistence);
    }
}
