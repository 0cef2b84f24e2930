namespace Forge.Jobs;

/// <summary>What the parts of a worker tell each other.</summary>
internal sealed class WorkerSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>There may be something to claim, or room for it.</summary>
    public Signal Work { get; } = new();

    /// <summary>A queue was paused or resumed: do not wait for the next heartbeat.</summary>
    public Signal Heartbeat { get; } = new();

    /// <summary>A schedule was put: it may be due earlier than the one that is waited for.</summary>
    public Signal Schedules { get; } = new();

    /// <summary>The last run has ended.</summary>
    public Signal Idle { get; } = new();

    /// <summary>Says when no claim is under way.</summary>
    public ClaimGate Claiming { get; } = new();

    /// <summary>The worker stops: no claims from here on.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public Task StopAsync() => _stopping.CancelAsync();

    public void Dispose()
    {
        Work.Dispose();
        Heartbeat.Dispose();
        Schedules.Dispose();
        Idle.Dispose();
        Claiming.Dispose();
        _stopping.Dispose();
    }
}
