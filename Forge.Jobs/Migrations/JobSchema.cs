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
            catch (NpgsqlException exception) when (exception.IsTransient && time.GetElapsedTime(begun) < Patience)
            {
                NotYet(exception);
                await Task.Delay(RetryPause, time, cancellationToken);
            }
        }
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
            await ExecuteAsync(connection, $"create schema if not exists {Name}", cancellationToken);
            var upgrade = DeployChanges.To
                .PostgresqlDatabase(new PostgresqlConnectionManager(dataSource))
                .JournalToPostgresqlTable(Name, "schema_version")
                .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.Contains(".Migrations.", StringComparison.Ordinal))
                .WithTransactionPerScript()
                .WithPreprocessor(new LockTimeout())
                .WithVariablesDisabled()
                .LogTo(new NoOpUpgradeLog())
                .Build();
            // DbUp only works synchronously; it happens once, before the process serves anyone.
            var result = await Task.Run(upgrade.PerformUpgrade, cancellationToken);
            if (result.Error is NpgsqlException { IsTransient: true })
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
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
