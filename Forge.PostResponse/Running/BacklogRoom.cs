using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>Counts the room of the backlog and lets requests wait for it, first come first served.</summary>
internal sealed class BacklogRoom(IOptions<PostResponseOptions> options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private readonly int _waiterLimit = options.Value.MaxWaitingRequests;
    private int _free = options.Value.Capacity;

    public bool IsFull => Volatile.Read(ref _free) == 0;

    /// <summary>How many requests wait for room.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiters.Count;
            }
        }
    }

    public bool TryTake(int tasks)
    {
        lock (_lock)
        {
            return TryTakeInTurn(tasks);
        }
    }

    public async ValueTask<bool> TakeAsync(int tasks, TimeSpan limit, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> place;
        lock (_lock)
        {
            if (TryTakeInTurn(tasks))
            {
                return true;
            }

            if (_waiters.Count >= _waiterLimit)
            {
                return false;
            }

            place = _waiters.AddLast(new Waiter(tasks));
        }

        try
        {
            await place.Value.Granted.Task.WaitAsync(limit, time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            Leave(place);
            return false;
        }
    }

    public void Return(int tasks)
    {
        lock (_lock)
        {
            _free += tasks;
            GrantInTurn();
        }
    }

    private bool TryTakeInTurn(int tasks)
    {
        if (_free < tasks || _waiters.Count > 0)
        {
            return false;
        }

        _free -= tasks;
        return true;
    }

    private void Leave(LinkedListNode<Waiter> place)
    {
        lock (_lock)
        {
            // The room may have been granted while the wait was being given up.
            if (place.List is null)
            {
                _free += place.Value.Tasks;
            }
            else
            {
                _waiters.Remove(place);
            }

            GrantInTurn();
        }
    }

    private void GrantInTurn()
    {
        while (_waiters.First is { } first && first.Value.Tasks <= _free)
        {
            _waiters.RemoveFirst();
            _free -= first.Value.Tasks;
            first.Value.Granted.SetResult();
        }
    }

    private sealed record Waiter(int Tasks)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
