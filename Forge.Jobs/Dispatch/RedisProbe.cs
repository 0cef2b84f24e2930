using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>Tries at the start, every few seconds and when something was refused whether Redis does each command that the library needs.</summary>
internal sealed class RedisProbe(IConnectionMultiplexer redis, RedisNames names, RedisStanding standing, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Tries every command once, and tells <see cref="RedisStanding"/> which are refused.</summary>
    public async Task ProbeAsync()
    {
        if (!standing.CanSend)
        {
            return;
        }

        // Each process has an id of its own there, so that none takes another's away.
        RedisValue id = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var refused = new Dictionary<string, Exception>(StringComparer.Ordinal);
        var isAnswered = await TryAsync("ZADD", database => database.SortedSetAddAsync(names.ProbeList, id, 0))
            && await TryAsync("ZMSCORE", database => database.SortedSetScoresAsync(names.ProbeList, [id]))
            && await TryAsync("ZCARD", database => database.SortedSetLengthAsync(names.ProbeList))
            && await TryAsync("EVALSHA", database => database.ScriptEvaluateAsync(JobSql.Take, [names.ProbeList], [1, 1]))
            && await TryAsync("ZREM", database => database.SortedSetRemoveAsync(names.ProbeList, id))
            && await TryAsync("PUBLISH", database => database.PublishAsync(names.Probe, RedisValue.EmptyString))
            && await TryAsync("SUBSCRIBE", _ => SubscribeAsync());
        if (isAnswered)
        {
            standing.Answered();
            standing.Probed(refused);
        }

        async Task<bool> TryAsync(string command, Func<IDatabase, Task> send)
        {
            try
            {
                await send(redis.GetDatabase());
            }
            catch (Exception exception) when (RedisStanding.IsFailure(exception))
            {
                if (RedisStanding.RefusalOf(exception) is null)
                {
                    standing.Failed(command, exception);
                    return false;
                }

                refused.Add(command, exception);
            }

            return true;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        while (!stoppingToken.IsCancellationRequested)
        {
            await ProbeAsync();
            await standing.Doubt.WaitAsync(Interval, time, stoppingToken);
        }
    }

    private async Task SubscribeAsync()
    {
        var subscriber = redis.GetSubscriber();
        await subscriber.SubscribeAsync(names.Probe, static (_, _) => { });
        await subscriber.UnsubscribeAsync(names.Probe);
    }
}
