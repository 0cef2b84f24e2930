using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aspire.Hosting.Postgres;

/// <summary>The AppHost's own connections to a server.</summary>
internal static partial class PostgresConnection
{
    /// <summary>Without a database in it Npgsql would take the one of the user's name.</summary>
    public static NpgsqlConnection OnServer(string? connectionString) => Open(connectionString, "postgres");

    public static NpgsqlConnection OnDatabase(string? connectionString) => Open(connectionString, null);

    public static async Task CreateDatabaseAsync(NpgsqlConnection connection, string databaseName, ILogger logger, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", connection) { Parameters = { new() { Value = databaseName } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is true)
        {
            return;
        }

        try
        {
            using var commands = new NpgsqlCommandBuilder();
            await using var create = new NpgsqlCommand($"CREATE DATABASE {commands.QuoteIdentifier(databaseName)}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
            Log.DatabaseCreated(logger, databaseName);
        }
        catch (PostgresException exception) when (exception.SqlState is not PostgresErrorCodes.DuplicateDatabase)
        {
            // The rest of the application goes on; the database's health check stays unhealthy.
            Log.DatabaseNotCreated(logger, exception, databaseName);
        }
    }

    private static NpgsqlConnection Open(string? connectionString, string? database)
    {
        // Not pooled: a look every few seconds is not worth a server process that waits for it.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5, CommandTimeout = 5 };
        settings.Database = database ?? settings.Database;
        return new NpgsqlConnection(settings.ConnectionString);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Created database '{DatabaseName}'.")]
        public static partial void DatabaseCreated(ILogger logger, string databaseName);

        [LoggerMessage(LogLevel.Error, "Database '{DatabaseName}' could not be created.")]
        public static partial void DatabaseNotCreated(ILogger logger, Exception exception, string databaseName);
    }
}
