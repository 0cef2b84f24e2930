using Npgsql;

namespace Forge.TestServers;

/// <summary>
/// A PostgreSQL server for tests. Meant as an assembly fixture, so that a test process starts one:
/// <c>[assembly: AssemblyFixture(typeof(PostgresServer))]</c>.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private ServerApplication? _server;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _server = await ServerApplication.StartAsync(builder => builder.AddNativePostgres("postgres"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>Creates an empty database that nobody else knows, and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var settings = new NpgsqlConnectionStringBuilder(_server!.ConnectionString) { Database = "postgres", Pooling = false };
        var name = $"test_{Guid.NewGuid():N}";
        await using (var connection = new NpgsqlConnection(settings.ConnectionString))
        {
            await connection.OpenAsync(cancellationToken);
            await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        settings.Database = name;
        settings.Pooling = true;
        return settings.ConnectionString;
    }
}
