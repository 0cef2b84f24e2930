namespace Forge.ChaosTests;

/// <summary>The Redis servers that this machine has.</summary>
public static class RedisServers
{
    public const string Garnet = "garnet";

    public const string RedisServer = "redis-server";

    /// <summary>Garnet, and in the long form <c>redis-server</c> where it is installed.</summary>
    public static TheoryData<string> All => Scale.IsLong && IsInstalled ? [Garnet, RedisServer] : [Garnet];

    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, RedisServer)));
}
