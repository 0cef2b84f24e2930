namespace Forge.ChaosTests;

/// <summary>The Redis servers that this machine has.</summary>
public static class RedisServers
{
    /// <summary>What the application model takes by itself: Garnet, with the stand-ins.</summary>
    public const string Default = "default";

    private const string RedisServer = "redis-server";

    /// <summary>The default one, and in the long form <c>redis-server</c> where it is installed.</summary>
    public static TheoryData<string> All => Scale.IsLong && IsInstalled ? [Default, RedisServer] : [Default];

    private static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, RedisServer)));
}
