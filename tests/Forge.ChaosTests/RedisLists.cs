using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Forge.ChaosTests;

/// <summary>The lists of ids in Redis: what a scenario takes away.</summary>
internal sealed class RedisLists(DistributedApplication app)
{
    /// <summary>How many ids the lists hold.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var redis = await ConnectAsync(cancellationToken);
        return await CountAsync(redis);
    }

    /// <summary>Empties Redis. Returns how many ids its lists held.</summary>
    public async Task<long> FlushAsync(CancellationToken cancellationToken)
    {
        await using var redis = await ConnectAsync(cancellationToken);
        var held = await CountAsync(redis);
        await redis.GetServers()[0].FlushAllDatabasesAsync();
        return held;
    }

    // A connection of its own each time: one that is kept would be busy finding back to a server that was killed.
    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken) =>
        await ConnectionMultiplexer.ConnectAsync($"{await app.GetConnectionStringAsync("redis", cancellationToken)},allowAdmin=true");

    private static async Task<long> CountAsync(ConnectionMultiplexer redis)
    {
        var lists = await redis.GetServers()[0].KeysAsync(pattern: "*:waiting:*").ToListAsync();
        var ids = await Task.WhenAll(lists.Select(list => redis.GetDatabase().ListRangeAsync(list)));
        return ids.SelectMany(list => list).Distinct().Count();
    }
}
