using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Forge.PostResponse;

/// <summary>A queue of released batches and the runners that work it off.</summary>
/// <remarks>
/// The queue has no limit, because every task in it has taken room before. Runners are woken one at a time, the most recently idle first, and each wakes
/// the next while work waits. So under load one wake-up serves many requests. A channel would wake one runner per batch, and all idle ones in turn.
/// </remarks>
internal sealed class RunnerPool
{
    private readonly ConcurrentQueue<PostResponseBatch> _waiting = [];
    private readonly ConcurrentStack<PostResponseRunner> _resting = [];
    private bool _isRunnerOnItsWay;

    public RunnerPool(int size, Func<RunnerPool, PostResponseRunner> createRunner)
    {
        Runners = [.. Enumerable.Range(0, size).Select(_ => createRunner(this))];
    }

    public IReadOnlyList<PostResponseRunner> Runners { get; }

    public void Start()
    {
        _resting.PushRange([.. Runners]);
        WakeRunner();
    }

    public void Enqueue(PostResponseBatch batch)
    {
        _waiting.Enqueue(batch);
        WakeRunner();
    }

    /// <summary>Gives a runner its next batch, and wakes another one if more is waiting.</summary>
    public bool TryTake([NotNullWhen(true)] out PostResponseBatch? batch)
    {
        if (!_waiting.TryDequeue(out batch))
        {
            return false;
        }

        if (!_waiting.IsEmpty)
        {
            WakeRunner();
        }

        return true;
    }

    /// <summary>Takes what no runner has taken.</summary>
    public IEnumerable<PostResponseBatch> TakeWaiting()
    {
        while (_waiting.TryDequeue(out var batch))
        {
            yield return batch;
        }
    }

    /// <summary>A woken runner is here; from now on the next batch wakes another one.</summary>
    public void Arrive() => Interlocked.Exchange(ref _isRunnerOnItsWay, false);

    /// <summary>A runner found nothing more to do.</summary>
    public void Rest(PostResponseRunner runner)
    {
        _resting.Push(runner);
        if (!_waiting.IsEmpty)
        {
            WakeRunner();
        }
    }

    private void WakeRunner()
    {
        while (!Interlocked.Exchange(ref _isRunnerOnItsWay, true))
        {
            if (_resting.TryPop(out var runner))
            {
                // Unsafe: nothing ambient may flow from a request into its tasks.
                ThreadPool.UnsafeQueueUserWorkItem(runner, preferLocal: false);
                return;
            }

            // All are busy, and each looks into the queue after it has begun to rest. One may have done so just now and seen the flag set.
            Interlocked.Exchange(ref _isRunnerOnItsWay, false);
            if (_resting.IsEmpty)
            {
                return;
            }
        }
    }
}
