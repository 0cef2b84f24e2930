using System.Globalization;
using System.Reflection;
using Aspire.Hosting;
using Forge.Hosting.Data;
using Forge.Hosting.Processes;

namespace Forge.Hosting.Redis;

/// <summary>Makes the data folder of a Redis server ready, and says what to start.</summary>
internal static class RedisServer
{
    public static DataFolders Folders { get; } = new(Owner: null);

    private static string GarnetProgram =>
        typeof(RedisServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "GarnetServer").Value!;

    /// <param name="program">The <c>redis-server</c>, a name or a path; null for Garnet.</param>
    /// <param name="start">Where the data lies.</param>
    /// <param name="port">Where the server listens, on loopback.</param>
    /// <param name="password">What clients have to show; goes into a file that only this user can read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DistributedApplicationException">The program was not found.</exception>
    public static async Task<ProgramCall> PrepareAsync(string? program, NativeServerStart start, int port, string password, CancellationToken cancellationToken)
    {
        Folders.Create(start.Folder);
        if (program is null)
        {
            var passwordFile = Path.Combine(start.Folder, "password");
            await Folders.WriteSecretAsync(passwordFile, password, cancellationToken);
            return new ProgramCall("dotnet", [GarnetProgram, passwordFile, .. GarnetArguments(start, port)]);
        }

        var path = ExecutablePath.Find(program)
            ?? throw new DistributedApplicationException($"'{program}' was not found. Install it (Debian, Ubuntu: apt install redis-server; macOS: brew install redis), or leave WithRedisServer out for Garnet.");
        var settings = Path.Combine(start.Folder, "redis.conf");
        await Folders.WriteSecretAsync(settings, string.Join('\n', RedisSettings(start, port, password)), cancellationToken);
        return new ProgramCall(path, [settings]);
    }

    private static string[] GarnetArguments(NativeServerStart start, int port) =>
    [
        "-q", "--bind", "127.0.0.1", "--port", Text(port),
        // Without the second switch a script is not atomic: a push between two commands of a script can be lost.
        "--lua", "--lua-transaction-mode",
        // The defaults are meant for a machine of its own: 16 GB and an index of 128 MB.
        "--memory", "512m", "--page", "1m", "--index", "1m", "--index-max-size", "64m",
        // Each change goes to the append-only file, which a checkpoint shortens when it has grown. The default device needs libaio.
        .. start.IsThrownAway
            ? (string[])[]
            : ["--aof", "--aof-memory", "16m", "--aof-page-size", "4m", "--aof-size-limit", "64m", "--recover", "--checkpointdir", start.Folder, "--device-type", "RandomAccess"],
    ];

    private static string[] RedisSettings(NativeServerStart start, int port, string password) =>
    [
        "bind 127.0.0.1",
        $"port {Text(port)}",
        $"requirepass {Quoted(password)}",
        $"dir {Quoted(start.Folder)}",
        .. start.IsThrownAway ? (string[])["save \"\"", "appendonly no"] : ["appendonly yes"],
        "",
    ];

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
