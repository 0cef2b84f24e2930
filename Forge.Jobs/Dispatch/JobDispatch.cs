using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>An id and where it belongs in Redis. Jobs of a kind with a limit are on no list, where one that must wait would stand in the way of others; workers are only told of the kind.</summary>
internal readonly record struct DispatchedJob(Guid Id, string Queue, int Priority, string? LimitedKind = null);

/// <summary>The Redis side: lists of ids that save the workers from asking Postgres, and announcements. All of it can be lost at any time without losing a job.</summary>
internal sealed partial class JobDispatch(IConnectionMultiplexer redis, RedisNames names, ILogger<JobDispatch> logger)
{
    private Action<string> _heardNudge = _ => { };
    private Outage _outage;

    public bool IsConnected => redis.IsConnected;

    /// <summary>Puts ids at the end of their lists and wakes the workers, without waiting for Redis: the caller's jobs are committed already.</summary>
    public void Push(IReadOnlyCollection<DispatchedJob> jobs) =>
        Push(jobs, (database, list, ids) => database.ListRightPush(list, [.. ids], flags: CommandFlags.FireAndForget));

    /// <summary>Puts ids at the front of their lists, the first of them first.</summary>
    public void PushFront(IReadOnlyCollection<DispatchedJob> jobs) =>
        Push(jobs, (database, list, ids) => database.ListLeftPush(list, [.. ids.Reverse()], flags: CommandFlags.FireAndForget));

    /// <summary>Tells the workers that jobs of a kind with a limit wait, or that there is room for one.</summary>
    public void NudgeFor(string limitedKind) => Nudge([limitedKind]);

    /// <summary>Tells the followers of these jobs to look again, all in one message.</summary>
    public void AnnounceChanges(IReadOnlyCollection<Guid> ids)
    {
        if (ids.Count > 0)
        {
            Send(database => database.Publish(names.Changes, ChangeMessage.Of(ids), CommandFlags.FireAndForget));
        }
    }

    public void AnnounceChange(Guid id) => AnnounceChanges([id]);

    public void AnnounceCancel(Guid id) => Send(database => database.Publish(names.Cancel, id.ToString(), CommandFlags.FireAndForget));

    public void AnnounceQueues() => Send(database => database.Publish(names.Queues, RedisValue.EmptyString, CommandFlags.FireAndForget));

    public void AnnounceSchedules() => Send(database => database.Publish(names.Schedules, RedisValue.EmptyString, CommandFlags.FireAndForget));

    /// <summary>Takes up to <paramref name="limit"/> ids, most urgent first; null when Redis does not answer.</summary>
    /// <param name="queues">Whose lists.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="longestWaitingFirst">Begin with the list whose first id is the oldest, whatever its priority.</param>
    public async Task<IReadOnlyList<Guid>?> TakeAsync(IReadOnlyList<string> queues, int limit, bool longestWaitingFirst)
    {
        var keys = names.Lists(queues);
        if (keys.Length == 0)
        {
            return [];
        }

        try
        {
            if (!redis.IsConnected)
            {
                NoteDown(null);
                return null;
            }

            var taken = (RedisValue[]?)await redis.GetDatabase().ScriptEvaluateAsync(JobSql.Take, keys, [limit, longestWaitingFirst ? 1 : 0]);
            NoteAnswer();
            return [.. (taken ?? []).Select(id => Guid.Parse(id.ToString()))];
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            NoteDown(exception);
            return null;
        }
    }

    /// <summary>How many ids each list of these queues holds; nothing when Redis does not answer.</summary>
    public async Task<IReadOnlyList<((string Queue, int Priority) List, long Count)>> CountAsync(IReadOnlyList<string> queues)
    {
        try
        {
            if (!redis.IsConnected)
            {
                return [];
            }

            var database = redis.GetDatabase();
            var lists = Enumerable.Range(0, 10).SelectMany(priority => queues.Select(queue => (Queue: queue, Priority: priority))).ToList();
            var counts = await Task.WhenAll(lists.Select(list => database.ListLengthAsync(names.List(list.Queue, list.Priority))));
            NoteAnswer();
            return [.. lists.Zip(counts)];
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            NoteDown(exception);
            return [];
        }
    }

    /// <summary>Calls <paramref name="heard"/> with a kind that has a limit, or with nothing for all the others.</summary>
    public Task ListenForNudgesAsync(Action<string> heard)
    {
        _heardNudge += heard;
        return ListenAsync(names.Nudge, heard);
    }

    public Task ListenForQueuesAsync(Action heard) => ListenAsync(names.Queues, _ => heard());

    public Task ListenForSchedulesAsync(Action heard) => ListenAsync(names.Schedules, _ => heard());

    public Task ListenForCancelsAsync(Action<Guid> heard) => ListenAsync(names.Cancel, message =>
    {
        if (Guid.TryParse(message, out var id))
        {
            heard(id);
        }
    });

    /// <summary>Calls <paramref name="heard"/> at changes of one job until the result is disposed, and when the connection breaks or is back. Without Redis it hears nothing.</summary>
    public async Task<IAsyncDisposable> ListenForChangesAsync(Guid id, Action heard)
    {
        void Handler(RedisChannel _, RedisValue message)
        {
            if (ChangeMessage.Names(message, id))
            {
                heard();
            }
        }

        void ConnectionHandler(object? _, ConnectionFailedEventArgs __) => heard();

        redis.ConnectionFailed += ConnectionHandler;
        redis.ConnectionRestored += ConnectionHandler;
        await ListenAsync(names.Changes, Handler);
        return new Subscription(redis, names.Changes, Handler, ConnectionHandler);
    }

    private Task ListenAsync(RedisChannel channel, Action<string> heard) => ListenAsync(channel, (_, message) => heard(message.ToString()));

    private async Task ListenAsync(RedisChannel channel, Action<RedisChannel, RedisValue> handler)
    {
        try
        {
            // Fire and forget: with Redis down the client remembers the subscription and makes it on connecting.
            await redis.GetSubscriber().SubscribeAsync(channel, handler, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            NoteDown(exception);
        }
    }

    private void Push(IReadOnlyCollection<DispatchedJob> jobs, Action<IDatabase, RedisKey, IEnumerable<RedisValue>> push)
    {
        Send(database =>
        {
            foreach (var list in jobs.Where(job => job.LimitedKind is null).GroupBy(job => names.List(job.Queue, job.Priority)))
            {
                push(database, list.Key, list.Select(IdOf));
            }
        });
        Nudge(jobs.Select(job => job.LimitedKind ?? "").Distinct(StringComparer.Ordinal));
    }

    /// <summary>Without Redis the worker in this program hears it all the same, if there is one: what it promotes, rescues or hands back need not wait for its next poll.</summary>
    private void Nudge(IEnumerable<string> kinds)
    {
        foreach (var kind in kinds)
        {
            if (!Send(database => database.Publish(names.Nudge, kind, CommandFlags.FireAndForget)))
            {
                _heardNudge(kind);
            }
        }
    }

    private static RedisValue IdOf(DispatchedJob job) => job.Id.ToString();

    private bool Send(Action<IDatabase> commands)
    {
        try
        {
            if (redis.IsConnected)
            {
                commands(redis.GetDatabase());
                NoteConnected();
                return true;
            }

            NoteDown(null);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            NoteDown(exception);
        }

        return false;
    }

    private void NoteDown(Exception? exception)
    {
        var outage = exception is null or RedisConnectionException ? Outage.Disconnected : Outage.Silent;
        if (Interlocked.CompareExchange(ref _outage, outage, Outage.None) == Outage.None)
        {
            RedisDown(exception);
        }
    }

    private void NoteAnswer()
    {
        if (Interlocked.Exchange(ref _outage, Outage.None) != Outage.None)
        {
            RedisUp();
        }
    }

    /// <summary>Who only sends waits for no answer: a connection is all that it sees. One that was there all the time proves nothing.</summary>
    private void NoteConnected()
    {
        if (Interlocked.CompareExchange(ref _outage, Outage.None, Outage.Disconnected) == Outage.Disconnected)
        {
            RedisUp();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; jobs go on by polling Postgres.")]
    private partial void RedisDown(Exception? exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis answers again; jobs are dispatched through it.")]
    private partial void RedisUp();

    private enum Outage
    {
        None,
        Disconnected,
        Silent,
    }

    private sealed class Subscription(
        IConnectionMultiplexer redis,
        RedisChannel channel,
        Action<RedisChannel, RedisValue> handler,
        EventHandler<ConnectionFailedEventArgs> connectionHandler) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            redis.ConnectionFailed -= connectionHandler;
            redis.ConnectionRestored -= connectionHandler;
            await redis.GetSubscriber().UnsubscribeAsync(channel, handler, CommandFlags.FireAndForget);
        }
    }
}
