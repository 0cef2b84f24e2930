using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>Tries at the start, every few seconds and when something was refused whether Redis does each command that the library needs.</summary>
internal sealed class RedisProbe(IConnectionMultiplexer redis, RedisNames names, RedisStanding standing, TimeProvider time) : BackgroundService
{
    private const int MostProbeIds = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Tries every command once, and tells <see cref="RedisStanding"/> which are refused.</summary>
    public async Task ProbeAsync()
    {
        if (!standing.CanSend)
        {
            return;
        }

        RedisValue id = Guid.Empty.ToString();
        var length = 0L;
        var refused = new Dictionary<string, Exception>(StringComparer.Ordinal);
        var isAnswered = await TryAsync("LLEN", async database => length = await database.ListLengthAsync(names.ProbeList))
            // Where nothing may be taken off the list, it grows no longer than this.
            && (length > MostProbeIds || await TryAsync("RPUSH", database => database.ListRightPushAsync(names.ProbeList, [id, id])))
            && (length > MostProbeIds || await TryAsync("LPUSH", database => database.ListLeftPushAsync(names.ProbeList, [id, id])))
            && await TryAsync("LRANGE", database => database.ListRangeAsync(names.ProbeList, 0, 0))
            && await TryAsync("EVALSHA", database => database.ScriptEvaluateAsync(JobSql.Take, [names.ProbeList], [2, 1, 1]))
            && await TryAsync("LPOP", database => database.ListLeftPopAsync(names.ProbeList, 2))
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
