using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Native;

/// <summary>
/// Where native servers keep their files. Root's lie where a server that runs as another user can reach them, those of an ordinary user
/// in that user's local data folder.
/// </summary>
/// <param name="Root">The folder of everything that is kept.</param>
/// <param name="Owner">The user the servers run as; null for the user of this process.</param>
internal sealed record DataFolders(string Root, UnixAccount? Owner)
{
    private const string Name = "aspire-offline";
    private const UnixFileMode ReachableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    private static string TemporaryRoot => IsRoot ? "/tmp" : Path.GetTempPath();

    /// <param name="configuredRoot">The AppHost's configuration <c>Offline:DataFolder</c>; null for the usual place.</param>
    /// <param name="owner">The user whom the servers run as when this process is root.</param>
    public static DataFolders For(string? configuredRoot, Func<UnixAccount?> owner) => IsRoot
        ? new(configuredRoot ?? $"/var/lib/{Name}", owner())
        : new(configuredRoot ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), Name), null);

    /// <summary>The folder of a volume of an AppHost; it need not exist.</summary>
    public string Kept(string appHostDirectory, string volumeName)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appHostDirectory)))[..8];
        return Path.Combine(Root, "volumes", $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(appHostDirectory))}-{hash}", volumeName);
    }

    /// <summary>Creates an empty folder that only the servers' user can enter, and the folders above it.</summary>
    public void Create(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(folder)!, Owner is null ? OwnerOnly : ReachableByAll);
            Directory.CreateDirectory(folder, OwnerOnly);
            Owner?.Own(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The data folder {folder} cannot be created: {exception.Message} Name another place with Offline:DataFolder in the AppHost's configuration.", exception);
        }
    }

    /// <summary>Creates an empty folder for data that is thrown away; what dead processes left behind is deleted first.</summary>
    public string CreateTemporary(string purpose)
    {
        DeleteLeftovers(purpose);
        var folder = Path.Combine(TemporaryRoot, $"{Name}-{purpose}-{Environment.ProcessId}-{Path.GetRandomFileName()}");
        Create(folder);
        return folder;
    }

    /// <summary>Deletes a folder; what cannot be deleted now is deleted at a later start.</summary>
    public static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Debug.WriteLine(exception);
        }
    }

    private static void DeleteLeftovers(string purpose)
    {
        var prefix = $"{Name}-{purpose}-";
        foreach (var folder in Directory.EnumerateDirectories(TemporaryRoot, prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var processId) && !Signal.IsAlive(processId))
            {
                TryDelete(folder);
            }
        }
    }
}
