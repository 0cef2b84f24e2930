namespace Forge.Jobs;

/// <summary>How many jobs to hold beyond those that run: as many as start within a tenth of a second at the pace of the last moments.</summary>
/// <remarks>So quick jobs are claimed by the hundred, while a worker whose jobs take long holds none that another could start.</remarks>
internal sealed class ClaimAhead(TimeProvider time)
{
    private const int Most = 2_000;
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(0.02);

    private readonly Lock _gate = new();
    private long _started;
    private long _sampledStarts;
    private long _sampledAt = time.GetTimestamp();
    private double _perSecond;

    public void Started() => Interlocked.Increment(ref _started);

    public int Jobs
    {
        get
        {
            lock (_gate)
            {
                var elapsed = time.GetElapsedTime(_sampledAt);
                if (elapsed >= Sample)
                {
                    var started = Interlocked.Read(ref _started);
                    _perSecond = (_perSecond + (started - _sampledStarts) / elapsed.TotalSeconds) / 2;
                    _sampledStarts = started;
                    _sampledAt = time.GetTimestamp();
                }

                return (int)Math.Min(Most, _perSecond * Ahead.TotalSeconds);
            }
        }
    }
}
