using Hangfire;
using Hangfire.Redis.StackExchange;
using StackExchange.Redis;

namespace Forge.Jobs.Benchmarks.Systems;

/// <summary>Hangfire on Hangfire.Redis.StackExchange, in a database of its own on the Redis server.</summary>
internal sealed class HangfireRedisSystem(string redis) : HangfireSystem
{
    private const int Database = 2;
    private readonly ConnectionMultiplexer _own = ConnectionMultiplexer.Connect($"{redis},allowAdmin=true");
    private readonly List<ConnectionMultiplexer> _ofStorages = [];

    public override string Name => "Hangfire, Redis";

    public override double ShareOf(string measure) => measure switch
    {
        "single" => 0.2,
        "drain" or "together" => 0.06,
        "pickup" or "idle" => 1,
        _ => 0,
    };

    protected override JobStorage CreateStorage()
    {
        var connection = ConnectionMultiplexer.Connect(redis);
        _ofStorages.Add(connection);
        // Workers hear of jobs by publish and subscribe; when they missed one, they look again after the fetch timeout, 3 minutes by default.
        return new RedisStorage(connection, new RedisStorageOptions { Db = Database, FetchTimeout = TimeSpan.FromSeconds(1) });
    }

    protected override Task ClearAsync() => _own.GetServers()[0].FlushDatabaseAsync(Database);

    /// <summary>From its own statistics: the list of succeeded jobs keeps the last 500 only.</summary>
    protected override async Task<long> CountSucceededAsync() =>
        (long)await _own.GetDatabase(Database).StringGetAsync($"{RedisStorageOptions.DefaultPrefix}stats:succeeded");

    protected override async ValueTask CloseAsync()
    {
        foreach (var connection in _ofStorages.Append(_own))
        {
            await connection.DisposeAsync();
        }
    }
}
