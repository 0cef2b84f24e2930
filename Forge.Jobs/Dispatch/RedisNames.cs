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

    /// <summary>The lists of these queues in the order of their urgency: all of priority 0, then all of 1, and so on.</summary>
    public RedisKey[] Lists(IReadOnlyList<string> queues) =>
        [.. Enumerable.Range(0, 10).SelectMany(priority => queues.Select(queue => List(queue, priority)))];

    /// <summary>Followers of jobs listen here; each message names jobs that changed, see <see cref="ChangeMessage"/>.</summary>
    public RedisChannel Changes => RedisChannel.Literal($"{_prefix}:changes");
}
