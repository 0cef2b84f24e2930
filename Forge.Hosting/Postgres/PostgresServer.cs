using System.Globalization;
using Aspire.Hosting;
using Forge.Hosting.Data;
using Forge.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Forge.Hosting.Postgres;

/// <summary>Finds PostgreSQL's programs, makes the data folder ready, and says what to start.</summary>
/// <param name="ResourceName">Whom messages are about.</param>
/// <param name="BinFolder">The folder of the programs; null to search for them.</param>
internal sealed record PostgresServer(string ResourceName, string? BinFolder)
{
    /// <summary>Postgres refuses to run as root.</summary>
    public static DataFolders Folders { get; } = new(DataFolders.IsRoot ? UnixAccount.Find("postgres") ?? UnixAccount.Find("nobody") : null);

    /// <param name="folder">The data; created when there is none.</param>
    /// <param name="isThrownAway">Whether the data need not survive a power cut.</param>
    /// <param name="port">Where the server listens, on loopback.</param>
    /// <param name="userName">The superuser.</param>
    /// <param name="password">The superuser's password.</param>
    /// <param name="logger">The resource's own log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DistributedApplicationException">There is no PostgreSQL, or not the one that wrote the data, or the data is in use.</exception>
    public async Task<ProgramCall> PrepareAsync(
        string folder, bool isThrownAway, int port, string userName, string password, ILogger logger, CancellationToken cancellationToken)
    {
        var data = new PostgresDataFolder(folder, Folders, ResourceName);
        var installation = await FindInstallationAsync(data.MajorVersion, folder, logger, cancellationToken);
        await data.PrepareAsync(installation, userName, password, cancellationToken);
        string[] arguments = ["-D", folder, .. Settings(port, isThrownAway).SelectMany(setting => (string[])["-c", setting])];
        return new ProgramCall(installation.Postgres, arguments, Folders.Owner) { WorkingDirectory = folder };
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
        .. isThrownAway ? (string[])["fsync=off", "full_page_writes=off"] : [],
    ];

    private async Task<PostgresInstallation> FindInstallationAsync(string? wantedMajorVersion, string folder, ILogger logger, CancellationToken cancellationToken)
    {
        var installed = await PostgresInstallation.FindAllAsync(BinFolder, cancellationToken);
        if (installed.Count == 0 && BinFolder is null && await EmbeddedPostgres.FindOrFetchAsync(Folders, logger, cancellationToken) is { } embedded)
        {
            installed = [embedded];
        }

        if (installed.Count == 0)
        {
            throw new DistributedApplicationException(BinFolder is null
                ? $"'{ResourceName}' needs PostgreSQL, which was not found. Install it (Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql@17), or install npm, through which it is fetched."
                : $"'{ResourceName}' needs PostgreSQL, and there is none in {BinFolder}, which WithBinFolder names.");
        }

        return installed.FirstOrDefault(installation => wantedMajorVersion is null || installation.MajorVersion == wantedMajorVersion)
            ?? throw new DistributedApplicationException(
                $"The data of '{ResourceName}' in {folder} was written by PostgreSQL {wantedMajorVersion}, but only {string.Join(" and ", installed.Select(installation => installation.Version))} is installed. Install PostgreSQL {wantedMajorVersion}, or delete that folder to start with empty data.");
    }
}
