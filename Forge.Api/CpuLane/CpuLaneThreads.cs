using Microsoft.Extensions.Options;

namespace Forge.Api.CpuLane;

/// <summary>
/// Runs CPU-bound work on a fixed set of threads of its own, first come, first served, so that it can neither starve the thread pool
/// nor take every processor. What does not fit into the bounded queue is refused at once instead of stalling.
/// </summary>
internal sealed class CpuLaneThreads : IDisposable
{
    private readonly CpuLaneOptions _options;
    private readonly LinkedList<CpuWorkItem> _waiting = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread[] _threads;

    public CpuLaneThreads(IOptions<CpuLaneOptions> options)
    {
        _options = options.Value;
        _threads = [.. Enumerable.Range(0, _options.Threads).Select(StartThread)];
    }

    /// <summary>Queues <paramref name="work"/> and completes with its result or failure.</summary>
    /// <exception cref="CpuLaneFullException">The queue is full.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled while the work waited, which gives its place free. Work that has begun is finished.
    /// </exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var item = new CpuWorkItem<T>(work);
        var place = Enqueue(item);
        await using var registration = cancellationToken.Register(() => Withdraw(place, cancellationToken));
        return await item.Completion;
    }

    /// <summary>Cancels what waits and returns when the running work is done.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        lock (_gate)
        {
            foreach (var item in _waiting)
            {
                item.Cancel(_stopping.Token);
            }

            _waiting.Clear();
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _stopping.Dispose();
        _available.Dispose();
    }

    private LinkedListNode<CpuWorkItem> Enqueue(CpuWorkItem item)
    {
        LinkedListNode<CpuWorkItem> place;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_waiting.Count >= _options.Capacity)
            {
                throw new CpuLaneFullException(_options.RetryAfter);
            }

            place = _waiting.AddLast(item);
        }

        _available.Release();
        return place;
    }

    private void Withdraw(LinkedListNode<CpuWorkItem> place, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (place.List is null)
            {
                return;
            }

            _waiting.Remove(place);
        }

        place.Value.Cancel(cancellationToken);
    }

    private Thread StartThread(int number)
    {
        var thread = new Thread(RunUntilStopped) { IsBackground = true, Name = $"CPU lane {number}" };
        thread.Start();
        return thread;
    }

    private void RunUntilStopped()
    {
        try
        {
            while (true)
            {
                _available.Wait(_stopping.Token);
                Take()?.Run();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    // Nothing is there when the caller withdrew.
    private CpuWorkItem? Take()
    {
        lock (_gate)
        {
            var first = _waiting.First;
            if (first is not null)
            {
                _waiting.Remove(first);
            }

            return first?.Value;
        }
    }
}
