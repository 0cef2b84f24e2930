using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>The post-response lane: its room, its runners, and a record of the outcome of each task.</summary>
/// <remarks>
/// A request with a synchronous task goes to runners for such requests, as many as there are threads for such tasks. Slow synchronous tasks therefore
/// hold up each other, and never a request whose tasks are all asynchronous. What the process knows of a task dies with the process; only a graceful
/// stop (<see cref="PostResponseHostedService"/>) can hand a task over.
/// </remarks>
internal sealed class PostResponseLane
{
    private readonly PostResponseMetrics _metrics;
    private readonly ILogger<PostResponseLane> _logger;
    private readonly RunnerPool _asynchronous;
    private readonly RunnerPool _synchronous;
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
        _asynchronous = new RunnerPool(Options.MaxConcurrency, CreateRunner);
        _synchronous = new RunnerPool(Options.SynchronousThreads, CreateRunner);
        _runners = [.. _asynchronous.Runners, .. _synchronous.Runners];

        PostResponseRunner CreateRunner(RunnerPool pool) => new(this, pool, scopes, metrics, time, logger);
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
        _asynchronous.Start();
        _synchronous.Start();
    }

    public void Enqueue(PostResponseBatch batch)
    {
        Interlocked.Add(ref _outstanding, batch.Works.Count);
        _metrics.TasksAccepted(batch.Works.Count);
        (batch.HasSynchronousWork ? _synchronous : _asynchronous).Enqueue(batch);
        if (IsStopping)
        {
            // A request outlived the server's stop. What the stop itself has not taken from the queues is taken here.
            foreach (var late in TakeWaiting())
            {
                Lose(late, LossReason.Stopped);
            }
        }
    }

    /// <summary>Records the outcome of a task that was run, unless a stop has given it up before.</summary>
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

    /// <summary>A task found no room, or its request has added as many as it may.</summary>
    public void Drop(PostResponseWork work, PostResponseBatch batch, DropReason reason)
    {
        _metrics.TaskDropped(work, reason);
        _logger.PostResponseTaskDropped(work.Name, reason, batch.Method, batch.Route, batch.RequestTraceId);
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
            _metrics.TaskNotRun(work);
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

    /// <summary>Everything that is unsettled after <see cref="Interrupt"/>: in a queue, or in a runner's hands.</summary>
    public IReadOnlyList<(PostResponseWork Work, PostResponseBatch Batch)> TakeLeftovers() =>
    [
        .. _runners.Select(runner => runner.Current).OfType<PostResponseBatch>().Concat(TakeWaiting())
            .SelectMany(batch => batch.Works.Where(work => !work.IsSettled).Select(work => (work, batch))),
    ];

    private IEnumerable<PostResponseBatch> TakeWaiting() => _asynchronous.TakeWaiting().Concat(_synchronous.TakeWaiting());

    private void Forget()
    {
        Room.Return(1);
        if (Interlocked.Decrement(ref _outstanding) == 0)
        {
            Volatile.Read(ref _emptied)?.TrySetResult();
        }
    }
}
