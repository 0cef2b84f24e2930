namespace Forge.Jobs;

/// <summary>How the latest jobs ran, whichever worker ran them.</summary>
/// <param name="Runs">How many runs the figures are made of, without those that were handed back at a graceful stop.</param>
/// <param name="Failures">How many of them failed, took too long, or ended with their worker.</param>
/// <param name="Durations">How long the runs took; null when there were none.</param>
/// <param name="Available">Jobs that wait for a worker now, counted as in <see cref="QueueFigures"/>.</param>
public sealed record RunFigures(long Runs, long Failures, RunDurations? Durations, long Available);

/// <summary>Percentiles of the duration of runs, from claim to completion.</summary>
/// <param name="P50">The median.</param>
/// <param name="P95">95 % took no longer.</param>
/// <param name="P99">99 % took no longer.</param>
public sealed record RunDurations(TimeSpan P50, TimeSpan P95, TimeSpan P99);
