namespace Forge.Jobs;

/// <summary>Available jobs of a kind or version that this worker has no handler for. They stay available for a worker that has one.</summary>
internal sealed record ParkedJobs(string Kind, int Version, long Count);
