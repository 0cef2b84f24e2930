namespace Forge.Jobs;

/// <summary>How many jobs of a queue wait for a worker, and for how long the first of them.</summary>
internal sealed record WaitingFigures(string Queue, long Available, TimeSpan OldestAge);
