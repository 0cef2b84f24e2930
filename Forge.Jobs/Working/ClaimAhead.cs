namespace Forge.Jobs;

/// <summary>How many jobs to hold beyond those that run: as many as start within a tenth of a second at the pace of the last moments.</summary>
/// <remarks>So quick jobs are claimed by the hundred, while a worker whose jobs take long holds none that another could start.</remarks>
internal sealed class ClaimAhead(TimeProvider time)
{
    private const int Most = 2_000;
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(0.02);

    /// <summary>In this time the pace of before loses half of its weight, however often it is asked for: after a quick burst and half a second of long jobs nothing is left of it.</summary>
    private static readonly TimeSpan HalfLife = Sample;

    private readonly Lock _gate = new();
    private long _started;
    private long _sampledStarts;
    private long _sampledAt = time.GetTimestamp();
    private double _perSecond;

    public void Started() => Interlocked.Increment(ref _started);

    /// <summary>Takes the pace since the last time into account, and returns how many jobs to hold.</summary>
    public int Measure()
    {
        lock (_gate)
        {
            var elapsed = time.GetElapsedTime(_sampledAt);
            if (elapsed >= Sample)
            {
                var started = Interlocked.Read(ref _started);
                var pace = (started - _sampledStarts) / elapsed.TotalSeconds;
                _perSecond = pace + ((_perSecond - pace) * Math.Pow(0.5, elapsed / HalfLife));
                _sampledStarts = started;
                _sampledAt = time.GetTimestamp();
            }

            return (int)Math.Min(Most, _perSecond * Ahead.TotalSeconds);
        }
    }
}
