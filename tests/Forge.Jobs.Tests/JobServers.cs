using Forge.Jobs.Tests;
using Forge.TestServers;
using Npgsql;

[assembly: AssemblyFixture(typeof(JobServers))]

namespace Forge.Jobs.Tests;

/// <summary>The Postgres and the Redis of this test run. Each test gets a database and a key prefix of its own.</summary>
public sealed class JobServers : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();
    private readonly RedisServer _redis = new();

    public string RedisConfiguration => $"{_redis.ConnectionString},abortConnect=false";

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        await _redis.InitializeAsync();
    }

    public async Task<string> CreateDatabaseAsync() =>
        new NpgsqlConnectionStringBuilder(await _postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken)) { MaxPoolSize = 20 }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
