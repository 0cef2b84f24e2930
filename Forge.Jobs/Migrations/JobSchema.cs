using System.Reflection;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Brings the schema <c>jobs</c> up to date before any other hosted service starts. Many processes may do it at once: an advisory lock lets one after the other in.</summary>
internal sealed partial class JobSchema(NpgsqlDataSource dataSource, TimeProvider time, ILogger<JobSchema> logger) : IHostedLifecycleService
{
    private const string Name = "jobs";
    private const long LockKey = 0x466F7267654A6F62; // "ForgeJob"
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                await MigrateAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception) when (PostgresFailure.IsOutage(exception) && time.GetElapsedTime(begun) < Patience)
            {
                NotYet(exception);
                await Task.Delay(RetryPause, time, cancellationToken);
            }
        }
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // The lock is the transaction's and not the session's: a pooler in transaction mode would leave that behind, for ever, on some server connection.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await transaction.LimitIdlenessAsync(TimeSpan.Zero, cancellationToken);
        await RequireReadCommittedAsync(transaction, cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({LockKey})", cancellationToken);
        await using (var other = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            await ExecuteAsync(other, $"create schema if not exists {Name}", cancellationToken);
        }

        var upgrade = DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(dataSource))
            .JournalToPostgresqlTable(Name, "schema_version")
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.Contains(".Migrations.", StringComparison.Ordinal))
            .WithTransactionPerScript()
            .WithExecutionTimeout(TimeSpan.Zero) // none, whatever the application's connection string says for its statements
            .WithPreprocessor(new LockTimeout())
            .WithVariablesDisabled()
            .LogTo(new NoOpUpgradeLog())
            .Build();
        // DbUp only works synchronously; it happens once, before the process serves anyone.
        var result = await Task.Run(upgrade.PerformUpgrade, cancellationToken);
        if (result.Error is NpgsqlException failure && PostgresFailure.IsOutage(failure))
        {
            throw result.Error;
        }

        if (!result.Successful)
        {
            throw new InvalidOperationException($"The migration {result.ErrorScript?.Name} of the schema '{Name}' failed.", result.Error);
        }

        foreach (var script in result.Scripts)
        {
            Migrated(script.Name);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Claims and limits look at what others have committed since their transaction began; under another isolation they would fail with 40001, or exceed a limit.</summary>
    private static async Task RequireReadCommittedAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select current_setting('default_transaction_isolation')", transaction.Connection, transaction);
        if (await command.ExecuteScalarAsync(cancellationToken) is string isolation and not "read committed")
        {
            throw new InvalidOperationException(
                $"The jobs need sessions whose transactions are 'read committed' by default, and here they are '{isolation}'. "
                + "Say so for the role of this program, alter role … set default_transaction_isolation = 'read committed', or in its connection string: Options=-c default_transaction_isolation=read\\ committed.");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A change of a table waits until nobody reads it, and whoever comes meanwhile waits behind it. So it gives way after a moment and is tried again, rather than let leases run out.</summary>
    private sealed class LockTimeout : IScriptPreprocessor
    {
        public string Process(string contents) => $"set local lock_timeout = '2s';\n{contents}";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Migrated the job schema with {Script}.")]
    private partial void Migrated(string script);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The job schema cannot be brought up to date yet; trying again.")]
    private partial void NotYet(Exception exception);
}
