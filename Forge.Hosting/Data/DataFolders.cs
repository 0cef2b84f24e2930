using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Forge.Hosting.Processes;

namespace Forge.Hosting.Data;

/// <summary>
/// Where native servers keep their files. Root's lie where a server that runs as another user can reach them, those of an ordinary user
/// in that user's local data folder.
/// </summary>
/// <param name="Owner">The user the servers run as; null for the user of this process.</param>
internal sealed record DataFolders(UnixAccount? Owner)
{
    private const string Name = "forge-hosting";
    private const UnixFileMode ReachableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>The folder of everything that is kept.</summary>
    public static string Root => IsRoot
        ? $"/var/lib/{Name}"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), Name);

    private static string TemporaryRoot => IsRoot ? "/tmp" : Path.GetTempPath();

    /// <summary>The folder that keeps the data of a resource of an AppHost; it need not exist.</summary>
    public static string Kept(string appHostDirectory, string resourceName)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appHostDirectory)))[..8];
        return Path.Combine(Root, "data", $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(appHostDirectory))}-{hash}", resourceName);
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
            throw new DistributedApplicationException($"The data folder {folder} cannot be created: {exception.Message} Name another one with WithDataFolder.", exception);
        }
    }

    /// <summary>Creates an empty folder for data that is thrown away. Those of processes that have died are deleted first.</summary>
    public string CreateTemporary(string purpose)
    {
        DeleteLeftovers();
        var folder = Path.Combine(TemporaryRoot, $"{Name}-{Environment.ProcessId}-{purpose}-{Path.GetRandomFileName()}");
        Create(folder);
        return folder;
    }

    /// <summary>Writes a file that only the servers' user can read.</summary>
    public async Task WriteSecretAsync(string path, string text, CancellationToken cancellationToken)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new StreamWriter(path, options))
        {
            await file.WriteAsync(text.AsMemory(), cancellationToken);
        }

        Owner?.Own(path);
    }

    /// <summary>Deletes a folder. What cannot be deleted now is deleted at a later start.</summary>
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

    private static void DeleteLeftovers()
    {
        const string prefix = Name + "-";
        foreach (var folder in Directory.EnumerateDirectories(TemporaryRoot, prefix + "*"))
        {
            var creator = Path.GetFileName(folder)[prefix.Length..].Split('-')[0];
            if (int.TryParse(creator, NumberStyles.None, CultureInfo.InvariantCulture, out var processId) && !UnixProcess.IsAlive(processId))
            {
                TryDelete(folder);
            }
        }
    }
}
