namespace Forge.Jobs;

/// <summary>What a follower of a job sees change.</summary>
/// <param name="JobId">The job.</param>
/// <param name="State">Its state.</param>
/// <param name="Attempt">How many attempts were begun.</param>
/// <param name="MaxAttempts">How many there may be.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="Message">What the handler last said.</param>
public sealed record JobSnapshot(Guid JobId, JobState State, int Attempt, int MaxAttempts, int Progress, string? Message);
