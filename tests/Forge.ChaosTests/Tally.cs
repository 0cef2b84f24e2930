namespace Forge.ChaosTests;

/// <param name="Jobs">How many the callers were promised.</param>
/// <param name="Lost">Promised or stored jobs that did not complete or have no effect.</param>
/// <param name="RepeatedRuns">Runs beyond each job's first. At least once is the promise, so these may be, where something ended the run before.</param>
/// <param name="UnexplainedRuns">Those of them that no end of an earlier run explains.</param>
/// <param name="RepeatedAttempts">Runs beyond the first of one attempt that was not handed back.</param>
/// <param name="DuplicateEffects">Effects, written together with the completion, beyond each job's first.</param>
/// <param name="NeedlessRescues">Jobs that were taken from a worker which was neither killed nor frozen.</param>
internal sealed record Tally(int Jobs, long Lost, long RepeatedRuns, long UnexplainedRuns, long RepeatedAttempts, long DuplicateEffects, long NeedlessRescues = 0)
{
    /// <summary>Asserts that nothing is lost, that nothing happened twice that may not, and that nobody was rescued who did not need it.</summary>
    public void AssertIsClean() => Assert.Equal(this with { Lost = 0, UnexplainedRuns = 0, RepeatedAttempts = 0, DuplicateEffects = 0, NeedlessRescues = 0 }, this);
}
