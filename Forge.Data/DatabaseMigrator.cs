using System.Reflection;
using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Forge.Data;

/// <summary>Runs the embedded migrations once per database, however many processes start at the same time.</summary>
internal sealed partial class DatabaseMigrator(NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger<DatabaseMigrator> logger) : IHostedLifecycleService
{
    // Any number will do as long as nothing else in this database locks on it.
    private const long LockKey = 0x466F726765; // "Forge"

    private const string Journal = "public.schema_migrations";

    // What DbUp calls a script: the name of its resource.
    private static readonly string[] Scripts =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.OrdinalIgnoreCase))];

    private static readonly TimeSpan ConnectBudget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LockBudget = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ScriptBudget = TimeSpan.FromMinutes(10);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // The lock has a connection of its own that stays open while DbUp works on others.
        await using var lockConnection = await ConnectAsync(cancellationToken);
        if (await IsUpToDateAsync(lockConnection, cancellationToken))
        {
            LogDatabaseMigrated(logger, 0);
            return;
        }

        // The transaction's lock and not the session's, which a pooler in transaction mode would leave behind, for ever, on some server connection.
        await using var transaction = await lockConnection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(lockConnection, "SET LOCAL idle_in_transaction_session_timeout = 0", cancellationToken);
        await ExecuteAsync(lockConnection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);

        // DbUp is synchronous; nothing else of this process runs yet, but the host's own start keeps its thread.
        await Task.Run(() => Report(Upgrade()), cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>True when each script is in the journal, as at nearly every start: one statement instead of a lock, DbUp's libraries and a second connection.</summary>
    private static async Task<bool> IsUpToDateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass(@journal) IS NOT NULL", connection);
        command.Parameters.Add(new NpgsqlParameter("journal", Journal));
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return false;
        }

        command.CommandText = $"SELECT NOT EXISTS (SELECT unnest(@scripts) EXCEPT SELECT scriptname FROM {Journal})";
        command.Parameters.Add(new NpgsqlParameter("scripts", Scripts));
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private DatabaseUpgradeResult Upgrade() =>
        DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(dataSource))
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly())
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .WithExecutionTimeout(ScriptBudget)
            .JournalToPostgresqlTable("public", "schema_migrations")
            .LogToNowhere()
            .Build()
            .PerformUpgrade();

    private void Report(DatabaseUpgradeResult result)
    {
        if (!result.Successful)
        {
            throw new InvalidOperationException(
                $"Migration {result.ErrorScript?.Name ?? "(none)"} failed and was rolled back; the app does not start on a database it does not know. Correct the script or the database and start again.",
                result.Error);
        }

        LogDatabaseMigrated(logger, result.Scripts.Count());
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return await dataSource.OpenConnectionAsync(cancellationToken);
            }
            catch (NpgsqlException exception) when (IsStarting(exception) && timeProvider.GetElapsedTime(started) < ConnectBudget)
            {
                LogDatabaseNotReady(logger, exception.Message);
                await Task.Delay(ConnectPause, timeProvider, cancellationToken);
            }
        }
    }

    // Postgres answers before it is ready, and its database may be created a moment after it.
    private static bool IsStarting(NpgsqlException exception) =>
        exception.IsTransient || exception.SqlState == PostgresErrorCodes.InvalidCatalogName;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)LockBudget.TotalSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "The database is up to date; {Count} migrations were run.")]
    private static partial void LogDatabaseMigrated(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "The database does not answer yet and is tried again: {Reason}")]
    private static partial void LogDatabaseNotReady(ILogger logger, string reason);
}
