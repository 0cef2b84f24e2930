namespace Forge.ChaosTests;

/// <summary>How much of each scenario is played: the short form in every test run, the long one with <c>FORGE_CHAOS=long</c> in the environment.</summary>
internal static class Scale
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("FORGE_CHAOS") == "long";

    /// <summary>Jobs per scenario.</summary>
    public static int Jobs { get; } = IsLong ? 2_000 : 300;

    /// <summary>How often a harm is done that a scenario does several times over.</summary>
    public static int Rounds { get; } = IsLong ? 3 : 1;

    /// <summary>How many of the jobs come in one of the <see cref="Rounds"/>.</summary>
    public static int JobsOf(int round) => (Jobs * (round + 1) / Rounds) - (Jobs * round / Rounds);

    /// <summary>How long the longest jobs take, in milliseconds, where a harm must meet jobs that wait and run: so long that a worker does not keep up with the callers.</summary>
    public static int Backlog { get; } = IsLong ? 160 : 400;

    /// <summary><see cref="Rounds"/> in words.</summary>
    public static string Times { get; } = IsLong ? "3 times over" : "once";

    /// <summary>For how long the random scenario does harm.</summary>
    public static TimeSpan RandomHarm { get; } = TimeSpan.FromSeconds(IsLong ? 60 : 8);
}
