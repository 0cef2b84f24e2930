namespace Forge.Jobs;

/// <summary>Wakes one waiter. Several sets before the wait count as one, and cost next to nothing.</summary>
internal sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);
    private bool _isSet;

    public void Set()
    {
        if (Interlocked.Exchange(ref _isSet, true))
        {
            return;
        }

        try
        {
            _set.Release();
        }
        catch (ObjectDisposedException)
        {
            // Nobody will wait any more, so there is nothing to say.
        }
    }

    /// <summary>Returns true when set, false after <paramref name="limit"/>.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _set.WaitAsync(either.Token);
            // A set between the wait and this line is not lost: what it announces is there when the waiter looks, which is after this.
            // That takes a full fence. Without one the waiter's reads could come before the write.
            Interlocked.Exchange(ref _isSet, false);
            return true;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The limit is an ordinary end of the wait.
            return false;
        }
    }

    public void Dispose() => _set.Dispose();
}
