namespace Forge.Api.CpuLane;

/// <summary>The lane has as many callers waiting as it takes.</summary>
internal sealed class CpuLaneFullException(TimeSpan retryAfter) : Exception("The CPU lane is full.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
