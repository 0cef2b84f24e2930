namespace Forge.ChaosTests;

/// <param name="Jobs">How many the callers were promised.</param>
/// <param name="Lost">Promised or stored jobs that did not complete or have no effect.</param>
/// <param name="RepeatedRuns">Runs beyond each job's first. At least once is the promise, so these may be.</param>
/// <param name="DuplicateEffects">Effects, written together with the completion, beyond each job's first.</param>
internal sealed record Tally(int Jobs, long Lost, long RepeatedRuns, long DuplicateEffects);
