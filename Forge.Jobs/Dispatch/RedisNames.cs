using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>Every key and channel that the library uses in Redis.</summary>
internal sealed class RedisNames(IOptions<JobQueueOptions> options)
{
    /// <summary>0 to 9.</summary>
    public const int Priorities = 10;

    private readonly ConcurrentDictionary<(JobList, int), RedisKey> _lists = new();
    private TakeKeys _takeKeys = new([], []);

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

    /// <summary>The list of ids of the waiting jobs of a kind, version, queue and priority, such as <c>{forge:jobs}:waiting:mail:email.send:1:5</c>.</summary>
    public RedisKey List(JobList list, int priority) => _lists.GetOrAdd(
        (list, priority),
        static (name, prefix) => FormattableString.Invariant($"{prefix}:waiting:{Escape(name.Item1.Queue)}:{Escape(name.Item1.Kind)}:{name.Item1.Version}:{name.Item2}"),
        Prefix);

    /// <summary>The keys of these lists in the order of their urgency: all of priority 0, then all of 1, and so on.</summary>
    public RedisKey[] Lists(IReadOnlyList<JobList> lists)
    {
        // A worker asks for the same ones until a queue is paused.
        if (!ReferenceEquals(_takeKeys.Lists, lists))
        {
            _takeKeys = new(lists, [.. Enumerable.Range(0, Priorities).SelectMany(priority => lists.Select(list => List(list, priority)))]);
        }

        return _takeKeys.Keys;
    }

    private static string WithHashTag(string prefix)
    {
        var open = prefix.IndexOf('{', StringComparison.Ordinal);
        return open >= 0 && prefix.IndexOf('}', open) > open + 1 ? prefix : $"{{{prefix}}}";
    }

    /// <summary>A colon within a name must not make it look like another name.</summary>
    private static string Escape(string name) => name.Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal);

    private RedisChannel Channel(string name) => RedisChannel.Literal($"{Prefix}:{name}");

    private sealed record TakeKeys(IReadOnlyList<JobList> Lists, RedisKey[] Keys);
}
