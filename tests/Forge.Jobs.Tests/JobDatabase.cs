using Npgsql;
using StackExchange.Redis;

namespace Forge.Jobs.Tests;

/// <summary>A database and a key prefix that a test's programs share.</summary>
public sealed class JobDatabase : IAsyncDisposable
{
    private readonly JobServers _servers;

    private JobDatabase(JobServers servers, string connectionString)
    {
        _servers = servers;
        ConnectionString = connectionString;
        Data = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    public string RedisConfiguration => _servers.RedisConfiguration;

    public string KeyPrefix { get; } = $"{{test:{Guid.NewGuid():n}}}";

    public NpgsqlDataSource Data { get; }

    public static async Task<JobDatabase> CreateAsync(JobServers servers) => new(servers, await servers.CreateDatabaseAsync());

    public async Task<T> ScalarAsync<T>(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Data.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Data.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What a flush does to this test's jobs, without harming the other tests.</summary>
    public async Task ForgetListsAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(RedisConfiguration);
        foreach (var priority in Enumerable.Range(0, 10))
        {
            await redis.GetDatabase().KeyDeleteAsync($"{KeyPrefix}:queue:default:{priority}");
        }
    }

    public ValueTask DisposeAsync() => Data.DisposeAsync();
}
