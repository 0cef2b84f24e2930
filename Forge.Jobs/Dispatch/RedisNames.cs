using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>Every key and channel that the library uses in Redis.</summary>
internal sealed class RedisNames(IOptions<JobQueueOptions> options)
{
    private readonly ConcurrentDictionary<JobList, RedisKey> _lists = new();

    /// <summary>What they all begin with. It has a hash tag, if need be by braces around it, so that a cluster keeps all keys in one slot.</summary>
    public string Prefix { get; } = WithHashTag(options.Value.KeyPrefix);

    /// <summary>The workers listen here for "there is work".</summary>
    public RedisChannel Nudge => Channel("nudge");

    /// <summary>The workers listen here for the ids of jobs that somebody asked to stop.</summary>
    public RedisChannel Cancel => Channel("cancel");

    /// <summary>The workers listen here for "a queue was paused or resumed".</summary>
    public RedisChannel Queues => Channel("queues");

    /// <summary>The workers listen here for "a schedule was put".</summary>
    public RedisChannel Schedules => Channel("schedules");

    /// <summary>Followers of jobs listen here; each message names jobs that changed, see <see cref="ChangeMessage"/>.</summary>
    public RedisChannel Changes => Channel("changes");

    /// <summary>The key and the channel on which <see cref="RedisProbe"/> tries what the library needs.</summary>
    public RedisKey ProbeList => $"{Prefix}:probe";

    /// <inheritdoc cref="ProbeList"/>
    public RedisChannel Probe => Channel("probe");

    /// <summary>The ids of the waiting jobs of one list, such as <c>{forge:jobs}:waiting:mail:email.send:1</c>: a sorted set, first by priority and then by the time of creation.</summary>
    public RedisKey List(JobList list) => _lists.GetOrAdd(
        list, static (list, prefix) => FormattableString.Invariant($"{prefix}:waiting:{Escape(list.Queue)}:{Escape(list.Kind)}:{list.Version}"), Prefix);

    private static string WithHashTag(string prefix)
    {
        var open = prefix.IndexOf('{', StringComparison.Ordinal);
        return open >= 0 && prefix.IndexOf('}', open) > open + 1 ? prefix : $"{{{prefix}}}";
    }

    /// <summary>A colon within a name must not make it look like another name.</summary>
    private static string Escape(string name) => name.Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal);

    private RedisChannel Channel(string name) => RedisChannel.Literal($"{Prefix}:{name}");
}
