using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Api.CpuLane;

/// <summary>How much CPU-bound work runs and waits at the same time: configuration section <c>CpuLane</c>.</summary>
internal sealed class CpuLaneOptions
{
    public const string SectionName = "CpuLane";

    /// <value>The default leaves one processor to everything else, where there are several.</value>
    [Range(1, 256)]
    public int Threads { get; set; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <value>How many callers may wait for a thread; the next one is refused. The default is 64.</value>
    [Range(1, 100_000)]
    public int Capacity { get; set; } = 64;

    /// <value>When a refused caller should come back. The default is 2 seconds, about what a full queue takes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);
}

[OptionsValidator]
internal sealed partial class CpuLaneOptionsValidator : IValidateOptions<CpuLaneOptions>;
