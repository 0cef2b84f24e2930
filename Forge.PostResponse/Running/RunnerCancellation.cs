namespace Forge.PostResponse;

/// <summary>One runner's cancellation source, used for task after task, so that a timeout costs no allocation.</summary>
internal sealed class RunnerCancellation(TimeProvider time)
{
    private CancellationTokenSource? _source;
    private bool _isStopped;

    public bool IsStopped => Volatile.Read(ref _isStopped);

    public CancellationToken Start()
    {
        var source = _source;
        if (source is null || !source.TryReset())
        {
            source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            Interlocked.Exchange(ref _source, source);
        }

        if (IsStopped)
        {
            source.Cancel();
        }

        return source.Token;
    }

    /// <summary>Starts the clock, which a task that ends at once never needs.</summary>
    public void CancelAfter(TimeSpan timeout) => _source!.CancelAfter(timeout);

    /// <summary>Cancels the task that runs now and every one after it.</summary>
    public void Stop()
    {
        Interlocked.Exchange(ref _isStopped, true);
        _source?.Cancel();
    }
}
