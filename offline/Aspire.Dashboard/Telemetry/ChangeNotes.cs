using System.Runtime.CompilerServices;

namespace Aspire.Dashboard.Telemetry;

/// <summary>Tells watchers what kind of thing has changed, not what: they ask for what they show. Many changes are one note.</summary>
public sealed class ChangeNotes(TimeProvider time)
{
    // Often enough to look alive, seldom enough that a burst of telemetry costs a watcher next to nothing.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly long[] _versions = new long[Enum.GetValues<ChangeTopic>().Length];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Notes a change.</summary>
    public void Note(ChangeTopic topic)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _versions[(int)topic]++;
            changed = _next;
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    /// <summary>The topics that changed, at most every 500 ms, since this call: also what changes before the first is asked for. Ends only by cancelling.</summary>
    public IAsyncEnumerable<IReadOnlyList<ChangeTopic>> WatchAsync(CancellationToken cancellationToken = default)
    {
        var (versions, next) = Current();
        return WatchAsync(versions, next, cancellationToken);
    }

    private async IAsyncEnumerable<IReadOnlyList<ChangeTopic>> WatchAsync(long[] seen, Task next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            await next.WaitAsync(cancellationToken);
            (var versions, next) = Current();
            var changed = Enum.GetValues<ChangeTopic>().Where(topic => versions[(int)topic] != seen[(int)topic]).ToList();
            seen = versions;
            yield return changed;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private (long[] Versions, Task Next) Current()
    {
        lock (_lock)
        {
            return ([.. _versions], _next.Task);
        }
    }
}

/// <summary>What can change.</summary>
public enum ChangeTopic
{
    /// <summary>States, health, addresses or commands of resources.</summary>
    Resources,

    /// <summary>Traces.</summary>
    Traces,

    /// <summary>Structured logs.</summary>
    Logs,

    /// <summary>Metrics.</summary>
    Metrics,
}
