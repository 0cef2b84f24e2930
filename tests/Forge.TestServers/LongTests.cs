namespace Forge.TestServers;

/// <summary>Some tests have a long form: the same test over more time. <c>FORGE_LONG_TESTS=1</c> asks for it.</summary>
public static class LongTests
{
    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable("FORGE_LONG_TESTS") == "1";
}
