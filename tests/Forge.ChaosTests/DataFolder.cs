using System.Diagnostics;
using System.Globalization;

namespace Forge.ChaosTests;

/// <summary>Where the Postgres of one scenario keeps its data. What killed test runs left behind is deleted at the next one.</summary>
internal sealed class DataFolder : IDisposable
{
    private const string Prefix = "forge-chaos-";

    private DataFolder(string path)
    {
        Path = path;
    }

    /// <summary>The folder; the server creates it.</summary>
    public string Path { get; }

    public static DataFolder Create()
    {
        var root = System.IO.Path.GetTempPath();
        foreach (var folder in Directory.EnumerateDirectories(root, Prefix + "*"))
        {
            var owner = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !IsAlive(id))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return new DataFolder(System.IO.Path.Combine(root, $"{Prefix}{Environment.ProcessId}-{System.IO.Path.GetRandomFileName()}"));
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private static bool IsAlive(int processId) => Array.Exists(Process.GetProcesses(), process => process.Id == processId);
}
