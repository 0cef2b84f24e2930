using Forge.Api.Tests.Infrastructure;
using Forge.TestServers;

[assembly: AssemblyFixture(typeof(Stores))]

namespace Forge.Api.Tests.Infrastructure;

/// <summary>A real Postgres and a real Redis for all tests, and one API on them for the tests that need no settings of their own.</summary>
public sealed class Stores : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();
    private readonly RedisServer _redis = new();

    public string Database { get; private set; } = null!;

    public string Redis => _redis.ConnectionString;

    public ApiFactory Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        await _redis.InitializeAsync();
        Database = await CreateDatabaseAsync();
        Api = new ApiFactory(this);
        Api.StartServer();
    }

    public Task<string> CreateDatabaseAsync() => _postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
