namespace Forge.ChaosTests;

/// <param name="Jobs">How many jobs others had to take over.</param>
/// <param name="NotRunAgain">Those of them that did not run again elsewhere.</param>
/// <param name="Took">Until the last of the others ran again.</param>
internal sealed record Takeover(long Jobs, long NotRunAgain, TimeSpan Took);
