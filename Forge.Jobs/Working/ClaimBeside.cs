using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>A claim that runs beside the claims by the lists, since it may take long: one at a time of its sort, and nobody waits for it.</summary>
internal sealed class ClaimBeside(WorkerSignals signals, TimeProvider time)
{
    /// <summary>One that takes longer no longer keeps room free for what it may bring. What is too much then goes back to others after a moment.</summary>
    private static readonly TimeSpan ReserveTime = TimeSpan.FromMilliseconds(50);

    private Task _claim = Task.CompletedTask;
    private int _room;
    private long _begun;

    public bool IsUnderWay => !_claim.IsCompleted;

    /// <summary>The room that it may still fill.</summary>
    public int Reserved => IsUnderWay && time.GetElapsedTime(_begun) < ReserveTime ? _room : 0;

    /// <summary>Starts it, with room for so many jobs, unless one is under way.</summary>
    /// <param name="room">How many jobs it may bring.</param>
    /// <param name="claim">Claims and buffers, and says whether the worker should look for more at once.</param>
    /// <param name="logFailure">Told of a claim that failed.</param>
    public void Start(int room, Func<int, Task<bool>> claim, Action<Exception> logFailure)
    {
        if (room > 0 && !IsUnderWay)
        {
            (_room, _begun) = (room, time.GetTimestamp());
            _claim = Task.Run(() => RunAsync(room, claim, logFailure), CancellationToken.None);
        }
    }

    private async Task RunAsync(int room, Func<int, Task<bool>> claim, Action<Exception> logFailure)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            await signals.Claiming.EnterBesideAsync(signals.Stopping);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        var isMore = false;
        try
        {
            isMore = !signals.Stopping.IsCancellationRequested && await claim(room);
        }
        catch (Exception exception)
        {
            logFailure(exception);
        }
        finally
        {
            signals.Claiming.LeaveBeside();
            if (isMore)
            {
                signals.Work.Set();
            }
        }
    }
}
