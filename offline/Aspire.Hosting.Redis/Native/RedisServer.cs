using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Aspire.Hosting.Native;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Redis;

/// <summary>A native Redis server: Garnet, or a <c>redis-server</c> of this machine where the AppHost asks for it.</summary>
/// <param name="Folders">Where the data lies.</param>
/// <param name="Program">The AppHost's configuration <c>Offline:RedisServer</c>, such as <c>redis-server</c> or a path; null for Garnet.</param>
/// <param name="AppHostDirectory">The AppHost that the data belongs to.</param>
internal sealed record RedisServer(DataFolders Folders, string? Program, string AppHostDirectory)
{
    /// <param name="context">What to start, and where.</param>
    /// <param name="password">What clients have to show; null for none.</param>
    /// <param name="snapshot">When a <c>redis-server</c> with a volume writes its data down; null for its usual times.</param>
    public ProcessSpec Prepare(NativeServerContext context, string? password, PersistenceAnnotation? snapshot)
    {
        var isThrownAway = context.VolumeName is null;
        var folder = isThrownAway ? Folders.CreateTemporary("redis") : Folders.Kept(AppHostDirectory, context.VolumeName!);
        Folders.Create(folder);
        return (Program is null ? Garnet(context.Port, password, folder, !isThrownAway) : Redis(Program, context.Port, password, folder, !isThrownAway, snapshot)) with
        {
            WorkingDirectory = folder,
            TemporaryFolder = isThrownAway ? folder : null,
        };
    }

    private static ProcessSpec Garnet(int port, string? password, string folder, bool keepsData) => new()
    {
        FileName = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"),
        Arguments =
        [
            ServerAssembly, "-q", "--bind", "127.0.0.1", "--port", Text(port), "--lua",
            // The defaults are meant for a server of its own: 16 GB and an index of 128 MB.
            "--memory", "512m", "--page", "1m", "--index", "1m", "--index-max-size", "64m",
            // Everything is written down as it happens, and the log shortened by a checkpoint when it has grown. The default device needs libaio.
            .. keepsData
                ? (string[])["--aof", "--aof-memory", "16m", "--aof-page-size", "4m", "--aof-size-limit", "64m", "--recover", "--checkpointdir", folder, "--device-type", "RandomAccess"]
                : [],
        ],
        WorkingDirectory = folder,
        Environment = new Dictionary<string, string?> { ["REDIS_PASSWORD"] = password },
    };

    private static ProcessSpec Redis(string program, int port, string? password, string folder, bool keepsData, PersistenceAnnotation? snapshot) => new()
    {
        FileName = program,
        Arguments = ["-"],
        Input = string.Join('\n',
            "bind 127.0.0.1",
            $"port {Text(port)}",
            password is null ? "protected-mode yes" : $"requirepass \"{password}\"",
            $"dir \"{folder}\"",
            keepsData ? $"save {Text((int)(snapshot?.Interval ?? TimeSpan.FromSeconds(60)).TotalSeconds)} {snapshot?.KeysChangedThreshold ?? 1}" : "save \"\"",
            ""),
        WorkingDirectory = folder,
    };

    private static string ServerAssembly => typeof(RedisServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "GarnetServer").Value!;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
