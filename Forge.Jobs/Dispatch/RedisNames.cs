using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>Every key and channel that the library uses in Redis.</summary>
internal sealed class RedisNames(IOptions<JobQueueOptions> options)
{
    private readonly string _prefix = options.Value.KeyPrefix;

    /// <summary>The workers listen here for "there is work".</summary>
    public RedisChannel Nudge => RedisChannel.Literal($"{_prefix}:nudge");

    /// <summary>The workers listen here for the ids of jobs that somebody asked to stop.</summary>
    public RedisChannel Cancel => RedisChannel.Literal($"{_prefix}:cancel");

    /// <summary>The workers listen here for "a queue was paused or resumed".</summary>
    public RedisChannel Queues => RedisChannel.Literal($"{_prefix}:queues");

    /// <summary>The workers listen here for "a schedule was put".</summary>
    public RedisChannel Schedules => RedisChannel.Literal($"{_prefix}:schedules");

    /// <summary>The list of ids of one queue and priority, such as <c>{forge:jobs}:queue:mail:5</c>.</summary>
    public RedisKey List(string queue, int priority) => $"{_prefix}:queue:{queue}:{priority}";

    /// <summary>Followers of one job listen here for "look again".</summary>
    public RedisChannel Job(Guid id) => RedisChannel.Literal($"{_prefix}:job:{id}");
}
