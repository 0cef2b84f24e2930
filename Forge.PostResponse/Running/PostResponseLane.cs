using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>The lane itself: room, the channel of released batches, the runners, and the books of what became of each task.</summary>
/// <remarks>
/// The channel has no limit of its own because every task in it has taken room before. What the process knows of a task dies with it;
/// only a graceful stop (<see cref="PostResponseHostedService"/>) can write a task down.
/// </remarks>
internal sealed class PostResponseLane
{
    private readonly Channel<PostResponseBatch> _batches = Channel.CreateUnbounded<PostResponseBatch>();
    private readonly PostResponseMetrics _metrics;
    private readonly ILogger<PostResponseLane> _logger;
    private readonly PostResponseRunner[] _runners;
    private TaskCompletionSource? _emptied;
    private long _outstanding;
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
        _runners = [.. Enumerable.Range(0, Options.MaxConcurrency).Select(_ => new PostResponseRunner(_batches.Reader, this, scopes, metrics, time, logger))];
    }

    public PostResponseOptions Options { get; }

    public PostResponseTaskRegistry Registry { get; }

    public TaskSettings DefaultSettings => Registry.Defaults;

    public BacklogRoom Room { get; }

    public SynchronousThreads Threads { get; }

    /// <summary>Tasks that were accepted and are neither run, handed over nor lost.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    public bool IsStopping => Volatile.Read(ref _isStopping);

    /// <summary>Starts the runners where nothing ambient is: no request, no activity, no log scope.</summary>
    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            foreach (var runner in _runners)
            {
                _ = Task.Run(runner.RunAsync);
            }
        }
    }

    public void Enqueue(PostResponseBatch batch)
    {
        Interlocked.Add(ref _outstanding, batch.Works.Count);
        _metrics.TasksAccepted(batch.Works.Count);
        _ = _batches.Writer.TryWrite(batch);
        if (IsStopping)
        {
            // A request outlived the server's stop. Whatever the stop itself has not taken from the channel is taken here.
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

    /// <summary>Everything that is unsettled after <see cref="Interrupt"/>: in the channel, or in a runner's hands.</summary>
    public IReadOnlyList<(PostResponseWork Work, PostResponseBatch Batch)> TakeLeftovers() =>
    [
        .. _runners.Select(runner => runner.Current).OfType<PostResponseBatch>().Concat(TakeWaiting())
            .SelectMany(batch => batch.Works.Where(work => !work.IsSettled).Select(work => (work, batch))),
    ];

    private IEnumerable<PostResponseBatch> TakeWaiting()
    {
        while (_batches.Reader.TryRead(out var batch))
        {
            yield return batch;
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
