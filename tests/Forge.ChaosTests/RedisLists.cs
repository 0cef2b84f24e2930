using System.Globalization;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Forge.ChaosTests;

/// <summary>The lists of ids in Redis: what a scenario takes away.</summary>
internal sealed class RedisLists(DistributedApplication app)
{
    private const string Lists = "*:waiting:*";
    private const int IdsPerCommand = 1_000;

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

    /// <summary>Puts ids that no job has at the front of every list. Returns how many.</summary>
    public async Task<int> FillWithStaleIdsAsync(int perList, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectAsync(cancellationToken);
        var lists = await redis.GetServers()[0].KeysAsync(pattern: Lists).ToListAsync(cancellationToken);
        foreach (var list in lists)
        {
            foreach (var ids in Enumerable.Range(0, perList).Select(_ => (RedisValue)Guid.CreateVersion7().ToString()).Chunk(IdsPerCommand))
            {
                await redis.GetDatabase().ListLeftPushAsync(list, ids);
            }
        }

        return lists.Count * perList;
    }

    /// <summary>Has a <c>redis-server</c> refuse, or no longer refuse, by these commands.</summary>
    public async Task ExecuteAsync(IEnumerable<string> commands, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectAsync(cancellationToken);
        foreach (var command in commands)
        {
            var words = command.Split(' ');
            await redis.GetServers()[0].ExecuteAsync(words[0], [.. words.Skip(1)]);
        }
    }

    /// <summary>How many commands a <c>redis-server</c> has refused with that error.</summary>
    public async Task<long> RefusalsAsync(string error, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectAsync(cancellationToken);
        var errors = await redis.GetServers()[0].InfoAsync("errorstats");
        return errors.SelectMany(section => section)
            .Where(line => line.Key == $"errorstat_{error}")
            .Sum(line => long.Parse(line.Value.Split('=')[1], CultureInfo.InvariantCulture));
    }

    // A connection of its own each time: one that is kept would be busy finding back to a server that was killed.
    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken) =>
        await ConnectionMultiplexer.ConnectAsync($"{await app.GetConnectionStringAsync("redis", cancellationToken)},allowAdmin=true");

    private static async Task<long> CountAsync(ConnectionMultiplexer redis)
    {
        var lists = await redis.GetServers()[0].KeysAsync(pattern: Lists).ToListAsync();
        var ids = await Task.WhenAll(lists.Select(list => redis.GetDatabase().ListRangeAsync(list)));
        return ids.SelectMany(list => list).Distinct().Count();
    }
}
