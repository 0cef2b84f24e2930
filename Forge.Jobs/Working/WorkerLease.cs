using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>Until when this worker's lease holds for certain, by its own clock: counted from before the heartbeat was sent, so never longer than in Postgres.</summary>
/// <remarks>A process that was frozen finds its lease gone here before it starts jobs that others may have by now.</remarks>
internal sealed class WorkerLease(IOptions<JobWorkerOptions> options, TimeProvider time)
{
    private long _heldUntil = long.MinValue;

    public bool IsHeld => time.GetTimestamp() < Volatile.Read(ref _heldUntil);

    public void Renewed(long askedAt) =>
        Volatile.Write(ref _heldUntil, askedAt + (long)(options.Value.LeaseDuration.TotalSeconds * time.TimestampFrequency));
}
