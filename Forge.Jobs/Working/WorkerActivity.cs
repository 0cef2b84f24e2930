namespace Forge.Jobs;

/// <summary>What the worker was last seen doing, for its health check.</summary>
internal sealed class WorkerActivity(TimeProvider time)
{
    private long _lastClaim = time.GetTimestamp();
    private IReadOnlyList<ParkedJobs> _parked = [];

    /// <summary>How long ago the worker last claimed something.</summary>
    public TimeSpan SinceClaim => time.GetElapsedTime(Volatile.Read(ref _lastClaim));

    /// <summary>Jobs in this worker's queues that it cannot run, as of the last sweep.</summary>
    public IReadOnlyList<ParkedJobs> Parked
    {
        get => Volatile.Read(ref _parked);
        set => Volatile.Write(ref _parked, value);
    }

    public void Claimed(int jobs)
    {
        if (jobs > 0)
        {
            Volatile.Write(ref _lastClaim, time.GetTimestamp());
        }
    }
}
