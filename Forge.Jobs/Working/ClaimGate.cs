namespace Forge.Jobs;

/// <summary>Tells when no claim is under way: what a claim brings, or a hand-back takes, is for a moment nowhere in this process.</summary>
/// <remarks>One claim by the lists at a time enters, and any number beside it, which may take long. <see cref="WaitAsync(CancellationToken)"/> keeps all of them out.</remarks>
internal sealed class ClaimGate : IDisposable
{
    private readonly SemaphoreSlim _lists = new(1, 1);
    private readonly SemaphoreSlim _sideDoor = new(1, 1);
    private readonly Lock _gate = new();
    private int _beside;
    private TaskCompletionSource _noneBeside = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Held during a claim by the lists, until its jobs are known to be running or buffered, and during a hand-back.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _lists.WaitAsync(cancellationToken);

    public void Leave() => _lists.Release();

    /// <summary>The same for a claim beside that one.</summary>
    public async Task EnterBesideAsync(CancellationToken cancellationToken)
    {
        await _sideDoor.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (_beside++ == 0)
            {
                _noneBeside = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _sideDoor.Release();
    }

    public void LeaveBeside()
    {
        lock (_gate)
        {
            if (--_beside == 0)
            {
                _noneBeside.SetResult();
            }
        }
    }

    /// <summary>Waits until no claim is under way, and lets none begin before <see cref="Release"/>.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The same, for so long at most; false when a claim is still under way then.</summary>
    public async Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Without patience a gate that is free is still entered: that takes no wait.
        limit.CancelAfter(patience == TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : patience);
        var isDoorShut = false;
        try
        {
            // The side door first: while those beside are waited for, claims by the lists go on.
            await _sideDoor.WaitAsync(limit.Token);
            isDoorShut = true;
            await NoneBeside().WaitAsync(limit.Token);
            await _lists.WaitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            if (isDoorShut)
            {
                _sideDoor.Release();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    public void Release()
    {
        _lists.Release();
        _sideDoor.Release();
    }

    public void Dispose()
    {
        _lists.Dispose();
        _sideDoor.Dispose();
    }

    private Task NoneBeside()
    {
        lock (_gate)
        {
            return _beside == 0 ? Task.CompletedTask : _noneBeside.Task;
        }
    }
}
