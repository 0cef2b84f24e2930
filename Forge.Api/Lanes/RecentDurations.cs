using Forge.Contracts;

namespace Forge.Api.Lanes;

/// <summary>The latest of a series of durations: bounded, and its percentiles follow what happens now.</summary>
internal sealed class RecentDurations
{
    private const int Capacity = 1_000;

    private readonly Lock _lock = new();
    private readonly double[] _milliseconds = new double[Capacity];
    private long _count;

    /// <summary>How many there were in all.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Add(TimeSpan duration)
    {
        lock (_lock)
        {
            _milliseconds[_count % Capacity] = duration.TotalMilliseconds;
            _count++;
        }
    }

    /// <summary>Percentiles of the latest in milliseconds, each one of the values; null where there are none.</summary>
    public Percentiles? Read()
    {
        double[] latest;
        lock (_lock)
        {
            latest = _milliseconds[..(int)Math.Min(_count, Capacity)];
        }

        Array.Sort(latest);
        return latest.Length == 0 ? null : new Percentiles(At(0.5), At(0.95), At(0.99));

        double At(double share) => Math.Round(latest[(int)Math.Ceiling(share * latest.Length) - 1], 3);
    }
}
