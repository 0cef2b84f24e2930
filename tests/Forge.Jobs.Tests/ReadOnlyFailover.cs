using Npgsql;

namespace Forge.Jobs.Tests;

/// <summary>What a failover to a server that takes no writes looks like: the sessions end, and new ones are read-only until it is over. Those that were opened meanwhile stay so.</summary>
internal sealed class ReadOnlyFailover : IAsyncDisposable
{
    private readonly NpgsqlDataSource _server;
    private readonly string _database;

    private ReadOnlyFailover(JobDatabase database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        _database = settings.Database!;
        settings.Database = "postgres";
        _server = NpgsqlDataSource.Create(settings);
    }

    public static async Task<ReadOnlyFailover> BeginAsync(JobDatabase database)
    {
        var failover = new ReadOnlyFailover(database);
        await failover.ExecuteAsync($"alter database {failover._database} set default_transaction_read_only = on");
        await failover.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{failover._database}'");
        return failover;
    }

    public Task EndAsync() => ExecuteAsync($"alter database {_database} reset default_transaction_read_only");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
