using Forge.Contracts;

namespace Forge.Api.Lanes;

/// <summary>The requests of one lane in this process.</summary>
internal sealed class LaneRequests
{
    private readonly RecentDurations _latencies = new();
    private long _waiting;
    private long _failures;

    public long Count => _latencies.Count;

    public long Waiting => Interlocked.Read(ref _waiting);

    public long Failures => Interlocked.Read(ref _failures);

    public Percentiles? Latency => _latencies.Read();

    public void Begin() => Interlocked.Increment(ref _waiting);

    public void Answered(TimeSpan latency, bool isFailure)
    {
        Interlocked.Decrement(ref _waiting);
        _latencies.Add(latency);
        if (isFailure)
        {
            Interlocked.Increment(ref _failures);
        }
    }

    /// <summary>Ends a request that nobody got an answer of the lane for.</summary>
    public void Forget() => Interlocked.Decrement(ref _waiting);
}
