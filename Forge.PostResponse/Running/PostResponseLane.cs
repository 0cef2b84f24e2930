using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>The lane itself: room, the queue of released batches, the runners, and the books of what became of each task.</summary>
/// <remarks>
/// The queue has no limit of its own because every task in it has taken room before. Runners are woken one at a time, the one that rested
/// last first, and wake the next while work waits: under load one wake-up serves many requests. A channel would wake one runner per batch,
/// and all idle ones in turn. What the process knows of a task dies with it;
/// only a graceful stop (<see cref="PostResponseHostedService"/>) can write a task down.
/// </remarks>
internal sealed class PostResponseLane
{
    private readonly ConcurrentQueue<PostResponseBatch> _waiting = [];
    private readonly ConcurrentStack<PostResponseRunner> _resting = [];
    private readonly PostResponseMetrics _metrics;
    private readonly ILogger<PostResponseLane> _logger;
    private readonly PostResponseRunner[] _runners;
    private TaskCompletionSource? _emptied;
    private long _outstanding;
    private bool _isRunnerOnItsWay;
    private bool _isStopping;

    public PostResponseLane(
        IOptions<PostResponseOptions> options,
        PostResponseTaskRegistry registry,
        BacklogRoom room,
        SynchronousThreads threads,
        PostResponseMetrics metrics,
        IServiceScopeFactory scopes,
        TimeProvider time,
        ILogger<PostResponseLane> logger)
    {
        Options = options.Value;
        Registry = registry;
        Room = room;
        Threads = threads;
        _metrics = metrics;
        _logger = logger;
        _runners = [.. Enumerable.Range(0, Options.MaxConcurrency).Select(_ => new PostResponseRunner(this, scopes, metrics, time, logger))];
    }

    public PostResponseOptions Options { get; }

    public PostResponseTaskRegistry Registry { get; }

    public TaskSettings DefaultSettings => Registry.Defaults;

    public BacklogRoom Room { get; }

    public SynchronousThreads Threads { get; }

    /// <summary>Tasks that were accepted and are neither run, handed over nor lost.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    public bool IsStopping => Volatile.Read(ref _isStopping);

    public void Start()
    {
        _resting.PushRange(_runners);
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

    public void Enqueue(PostResponseBatch batch)
    {
        Interlocked.Add(ref _outstanding, batch.Works.Count);
        _metrics.TasksAccepted(batch.Works.Count);
        _waiting.Enqueue(batch);
        WakeRunner();
        if (IsStopping)
        {
            // A request outlived the server's stop. Whatever the stop itself has not taken from the queue is taken here.
            foreach (var late in TakeWaiting())
            {
                Lose(late, LossReason.Stopped);
            }
        }
    }

    /// <summary>Closes the books on a task that was run, unless a stop has given it up before.</summary>
    public void Settle(PostResponseWork work, long startedAt, Exception? failure)
    {
        if (work.TrySettle())
        {
            _metrics.TaskEnded(work, startedAt, failure);
            Forget();
        }
        else
        {
            _metrics.TaskGivenUp();
        }
    }

    public void SettleHandedOver(PostResponseWork work, PostResponseBatch batch)
    {
        if (work.TrySettle())
        {
            _metrics.TaskHandedOver(work, work.HasStarted);
            _logger.PostResponseTaskHandedOver(work.Name, batch.Method, batch.Route, batch.RequestTraceId);
            Forget();
        }
    }

    /// <summary>Names and counts what is left of a batch.</summary>
    public void Lose(PostResponseBatch batch, LossReason reason)
    {
        foreach (var work in batch.Works)
        {
            Lose(work, batch, reason, exception: null);
        }
    }

    public void Lose(PostResponseWork work, PostResponseBatch batch, LossReason reason, Exception? exception)
    {
        if (work.TrySettle())
        {
            _metrics.TaskLost(work, reason, work.HasStarted);
            _logger.PostResponseTaskLost(exception, work.Name, reason, batch.Method, batch.Route, batch.RequestTraceId);
            Forget();
        }
    }

    /// <summary>A task found no room.</summary>
    public void Drop(PostResponseWork work, PostResponseBatch batch)
    {
        _metrics.TaskDropped(work);
        _logger.PostResponseTaskDropped(work.Name, batch.Method, batch.Route, batch.RequestTraceId);
    }

    /// <summary>A request found no room for its tasks.</summary>
    public void Refuse(int tasks, HttpContext context)
    {
        _metrics.TasksRefused(tasks);
        _logger.PostResponseRequestRefused(tasks, context.Request.Method, context.Request.Path);
    }

    /// <summary>A request failed, or its client went away.</summary>
    public void Discard(PostResponseBatch batch)
    {
        foreach (var work in batch.Works)
        {
            _logger.PostResponseTaskNotRun(work.Name, batch.Method, batch.Route, batch.RequestTraceId);
        }
    }

    /// <summary>Ends when nothing is outstanding.</summary>
    public Task WhenEmptyAsync()
    {
        var emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _emptied, emptied);
        if (Outstanding == 0)
        {
            emptied.TrySetResult();
        }

        return emptied.Task;
    }

    /// <summary>Ends when every task that runs now has ended.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(_runners.Select(runner => runner.CurrentRun));

    /// <summary>Lets no further task start and cancels those that run.</summary>
    public void Interrupt()
    {
        Interlocked.Exchange(ref _isStopping, true);
        foreach (var runner in _runners)
        {
            runner.Stop();
        }
    }

    /// <summary>Everything that is unsettled after <see cref="Interrupt"/>: in the queue, or in a runner's hands.</summary>
    public IReadOnlyList<(PostResponseWork Work, PostResponseBatch Batch)> TakeLeftovers() =>
    [
        .. _runners.Select(runner => runner.Current).OfType<PostResponseBatch>().Concat(TakeWaiting())
            .SelectMany(batch => batch.Works.Where(work => !work.IsSettled).Select(work => (work, batch))),
    ];

    private IEnumerable<PostResponseBatch> TakeWaiting()
    {
        while (_waiting.TryDequeue(out var batch))
        {
            yield return batch;
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

    private void Forget()
    {
        Room.Return(1);
        if (Interlocked.Decrement(ref _outstanding) == 0)
        {
            Volatile.Read(ref _emptied)?.TrySetResult();
        }
    }
}
