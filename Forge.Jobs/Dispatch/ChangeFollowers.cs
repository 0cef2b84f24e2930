using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>The followers of jobs in this process. They share one subscription, so that a change costs one look by its id, however many follow.</summary>
internal sealed class ChangeFollowers(IConnectionMultiplexer redis, RedisNames names, RedisStanding standing, TimeProvider time) : IDisposable
{
    /// <summary>When the connection breaks or is back, so many look again at once, and the next ones a moment later: each look is a query.</summary>
    private const int WokenAtOnce = 100;
    private static readonly TimeSpan WakePause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, List<Action>> _heard = [];
    private bool _isListening;

    /// <summary>Calls <paramref name="heard"/> at changes of one job until the result is disposed, and when the connection breaks or is back. Without Redis it hears nothing.</summary>
    public IDisposable Add(Guid id, Action heard)
    {
        lock (_gate)
        {
            if (!_isListening)
            {
                _isListening = true;
                redis.ConnectionFailed += HearConnection;
                redis.ConnectionRestored += HearConnection;
            }

            if (_heard.Count == 0)
            {
                Subscribe(subscriber => subscriber.Subscribe(names.Changes, Hear, CommandFlags.FireAndForget));
            }

            (CollectionsMarshal.GetValueRefOrAddDefault(_heard, id, out _) ??= []).Add(heard);
        }

        return new Follower(this, id, heard);
    }

    public void Dispose()
    {
        redis.ConnectionFailed -= HearConnection;
        redis.ConnectionRestored -= HearConnection;
    }

    private void Remove(Guid id, Action heard)
    {
        lock (_gate)
        {
            if (_heard.TryGetValue(id, out var followers) && followers.Remove(heard) && followers.Count == 0)
            {
                _heard.Remove(id);
                if (_heard.Count == 0)
                {
                    Subscribe(subscriber => subscriber.Unsubscribe(names.Changes, Hear, CommandFlags.FireAndForget));
                }
            }
        }
    }

    /// <summary>Fire and forget: with Redis down the client remembers the subscription and makes it on connecting.</summary>
    private void Subscribe(Action<ISubscriber> act)
    {
        try
        {
            act(redis.GetSubscriber());
        }
        catch (Exception exception) when (RedisStanding.IsFailure(exception))
        {
            standing.Failed("SUBSCRIBE", exception);
        }
    }

    private void Hear(RedisChannel channel, RedisValue message)
    {
        foreach (var id in ChangeMessage.Read(message))
        {
            Action[] followers;
            lock (_gate)
            {
                followers = _heard.TryGetValue(id, out var found) ? [.. found] : [];
            }

            foreach (var heard in followers)
            {
                heard();
            }
        }
    }

    private void HearConnection(object? sender, ConnectionFailedEventArgs failure) => _ = WakeAllAsync();

    private async Task WakeAllAsync()
    {
        Action[] all;
        lock (_gate)
        {
            all = [.. _heard.Values.SelectMany(followers => followers)];
        }

        foreach (var some in all.Chunk(WokenAtOnce))
        {
            foreach (var heard in some)
            {
                heard();
            }

            await Task.Delay(WakePause, time);
        }
    }

    private sealed class Follower(ChangeFollowers all, Guid id, Action heard) : IDisposable
    {
        public void Dispose() => all.Remove(id, heard);
    }
}
