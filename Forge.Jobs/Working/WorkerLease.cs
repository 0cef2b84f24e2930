using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>Until when this worker's lease holds for certain: counted from before the heartbeat was sent, so never longer than in Postgres.</summary>
/// <remarks>
/// A process that was frozen finds its lease gone here before it starts jobs that others may have by now. By two clocks: a monotonic one, since the time of day may be set
/// back, and the time of day, since a monotonic one stands still while the machine is suspended. Where both stand still, as in a paused virtual machine, only the fence is left.
/// </remarks>
internal sealed class WorkerLease(IOptions<JobWorkerOptions> options, TimeProvider time)
{
    private long _heldUntil = long.MinValue;
    private long _heldUntilUtcTicks;
    private bool _isClosed;

    /// <summary>True while jobs may be started under it.</summary>
    public bool IsHeld =>
        !Volatile.Read(ref _isClosed)
        && time.GetTimestamp() < Volatile.Read(ref _heldUntil)
        && time.GetUtcNow().UtcTicks < Volatile.Read(ref _heldUntilUtcTicks);

    /// <summary>What to take before a heartbeat is sent.</summary>
    public (long Timestamp, DateTimeOffset Utc) Now => (time.GetTimestamp(), time.GetUtcNow());

    public void Renewed((long Timestamp, DateTimeOffset Utc) askedAt)
    {
        Volatile.Write(ref _heldUntilUtcTicks, (askedAt.Utc + options.Value.LeaseDuration).UtcTicks);
        Volatile.Write(ref _heldUntil, askedAt.Timestamp + (long)(options.Value.LeaseDuration.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>The worker stops: nothing more is started, while the lease is renewed for what runs.</summary>
    public void Close() => Volatile.Write(ref _isClosed, true);
}
