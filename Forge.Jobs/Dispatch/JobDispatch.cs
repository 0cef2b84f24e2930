using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>The Redis side: lists of ids that save the workers from asking Postgres, and announcements. All of it can be lost at any time without losing a job.</summary>
/// <remarks>No caller waits for a push or an announcement, but each answer is looked at: what Redis refuses is known to <see cref="RedisStanding"/>.</remarks>
internal sealed class JobDispatch(IConnectionMultiplexer redis, RedisNames names, RedisStanding standing, ChangeFollowers followers)
{
    /// <summary>How many ids one command carries: more would keep Redis from others for long.</summary>
    private const int IdsPerCommand = 1_000;

    private Action<string> _heardNudge = _ => { };

    /// <summary>What is wrong with Redis; null when it does what is asked of it.</summary>
    public string? Problem => standing.Problem;

    /// <summary>Puts ids at the end of their lists and wakes the workers, without waiting for Redis: the caller's jobs are committed already.</summary>
    public void Push(IReadOnlyCollection<DispatchedJob> jobs)
    {
        foreach (var (list, ids) in ByList(jobs))
        {
            foreach (var chunk in ids.Chunk(IdsPerCommand))
            {
                Send("RPUSH", database => database.ListRightPushAsync(list, chunk));
            }
        }

        NudgeFor(jobs);
    }

    /// <summary>Puts ids at the front of their lists, the first of them first, and wakes the workers.</summary>
    public void PushFront(IReadOnlyCollection<DispatchedJob> jobs)
    {
        PutBack(jobs);
        NudgeFor(jobs);
    }

    /// <summary>Puts ids at the front of their lists, the first of them first, and wakes nobody.</summary>
    public void PutBack(IEnumerable<DispatchedJob> jobs)
    {
        foreach (var (list, ids) in ByList(jobs))
        {
            foreach (var chunk in ids.Reverse().Chunk(IdsPerCommand))
            {
                Send("LPUSH", database => database.ListLeftPushAsync(list, chunk));
            }
        }
    }

    /// <summary>Tells the workers that jobs of a kind with a limit wait, or that there is room for one.</summary>
    public void NudgeFor(string limitedKind) => Nudge([limitedKind]);

    /// <summary>Tells the followers of these jobs to look again.</summary>
    public void AnnounceChanges(IReadOnlyCollection<Guid> ids)
    {
        foreach (var chunk in ids.Chunk(IdsPerCommand))
        {
            Publish(names.Changes, ChangeMessage.Of(chunk));
        }
    }

    public void AnnounceChange(Guid id) => AnnounceChanges([id]);

    public void AnnounceCancel(Guid id) => Publish(names.Cancel, id.ToString());

    public void AnnounceQueues() => Publish(names.Queues, RedisValue.EmptyString);

    public void AnnounceSchedules() => Publish(names.Schedules, RedisValue.EmptyString);

    /// <summary>Takes up to <paramref name="limit"/> ids, most urgent first; null when Redis does not answer, or refuses.</summary>
    /// <param name="lists">Which lists.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="longestWaitingFirst">Begin with the list whose first job was created first, whatever its priority.</param>
    public async Task<IReadOnlyList<Guid>?> TakeAsync(IReadOnlyList<JobList> lists, int limit, bool longestWaitingFirst) =>
        lists.Count == 0 ? [] : await AskAsync<IReadOnlyList<Guid>?>("EVALSHA", null, async database =>
        {
            var taken = (RedisValue[]?)await database.ScriptEvaluateAsync(JobSql.Take, names.Lists(lists), [limit, lists.Count, longestWaitingFirst ? 1 : 0]);
            return [.. (taken ?? []).Select(ReadId)];
        });

    /// <summary>The first ids of a list, up to <paramref name="count"/>, which stay there; null when Redis does not answer.</summary>
    public Task<HashSet<Guid>?> PeekAsync(JobList list, int priority, int count) => AskAsync<HashSet<Guid>?>("LRANGE", null, async database =>
        [.. (await database.ListRangeAsync(names.List(list, priority), 0, count - 1)).Select(ReadId)]);

    /// <summary>How many ids Redis holds of each of these, of all priorities; nothing when Redis does not answer. Ids that are there twice, or are stale, count.</summary>
    public async Task<IReadOnlyDictionary<JobList, long>> CountAsync(IReadOnlyCollection<JobList> lists) =>
        await AskAsync<IReadOnlyDictionary<JobList, long>>("LLEN", new Dictionary<JobList, long>(), async database =>
        {
            var counts = await Task.WhenAll(lists.Select(list => CountAsync(database, list)));
            return lists.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second);
        });

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

    /// <inheritdoc cref="ChangeFollowers.Add"/>
    public IDisposable ListenForChanges(Guid id, Action heard) => followers.Add(id, heard);

    private async Task ListenAsync(RedisChannel channel, Action<string> heard)
    {
        try
        {
            // Fire and forget: with Redis down the client remembers the subscription and makes it on connecting. What it refuses is seen by the probe.
            await redis.GetSubscriber().SubscribeAsync(channel, (_, message) => heard(message.ToString()), CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (RedisStanding.IsFailure(exception))
        {
            standing.Failed("SUBSCRIBE", exception);
        }
    }

    /// <summary>If this process runs a worker, it is woken even when Redis is down or refuses.</summary>
    private void Nudge(IEnumerable<string> kinds)
    {
        foreach (var kind in kinds)
        {
            if (!Publish(names.Nudge, kind) || standing.Problem is not null)
            {
                _heardNudge(kind);
            }
        }
    }

    private void NudgeFor(IEnumerable<DispatchedJob> jobs) => Nudge(jobs.Select(job => job.IsLimited ? job.List.Kind : "").Distinct(StringComparer.Ordinal));

    private IEnumerable<(RedisKey List, IEnumerable<RedisValue> Ids)> ByList(IEnumerable<DispatchedJob> jobs) =>
        jobs.Where(job => !job.IsLimited)
            .GroupBy(job => (job.List, job.Priority), job => (RedisValue)job.Id.ToString())
            .Select(list => (names.List(list.Key.List, list.Key.Priority), list.AsEnumerable()));

    /// <summary>What is no id was put there by another program. It counts as the id of no job.</summary>
    private static Guid ReadId(RedisValue value) => Guid.TryParse(value.ToString(), out var id) ? id : Guid.Empty;

    private async Task<long> CountAsync(IDatabase database, JobList list) =>
        (await Task.WhenAll(Enumerable.Range(0, RedisNames.Priorities).Select(priority => database.ListLengthAsync(names.List(list, priority))))).Sum();

    private bool Publish(RedisChannel channel, RedisValue message) => Send("PUBLISH", database => database.PublishAsync(channel, message));

    private bool Send(string command, Func<IDatabase, Task> send)
    {
        if (!standing.CanSend)
        {
            return false;
        }

        _ = WatchAsync(command, send);
        return true;
    }

    private async Task WatchAsync(string command, Func<IDatabase, Task> send)
    {
        try
        {
            await send(redis.GetDatabase()).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisStanding.IsFailure(exception))
        {
            standing.Failed(command, exception);
        }
    }

    private async Task<T> AskAsync<T>(string command, T otherwise, Func<IDatabase, Task<T>> ask)
    {
        if (!standing.CanAsk)
        {
            return otherwise;
        }

        try
        {
            var answer = await ask(redis.GetDatabase());
            standing.Answered();
            return answer;
        }
        catch (Exception exception) when (RedisStanding.IsFailure(exception))
        {
            standing.Failed(command, exception);
            return otherwise;
        }
    }
}
