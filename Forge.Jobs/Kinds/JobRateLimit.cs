namespace Forge.Jobs;

/// <summary>How many jobs of a kind may start within any stretch of time of a length, on all workers together.</summary>
/// <param name="Permits">How many may start, 1 to 100,000.</param>
/// <param name="Period">The length of time, from 10 ms to a day.</param>
public sealed record JobRateLimit(int Permits, TimeSpan Period);
