using System.Globalization;
using System.Text.RegularExpressions;
using Forge.Hosting.Processes;

namespace Forge.Hosting.Postgres;

/// <summary>The programs of a PostgreSQL on this machine.</summary>
internal sealed partial record PostgresInstallation(string BinFolder, string Version)
{
    private static readonly string[] UsualFolders =
    [
        "/usr/lib/postgresql/*/bin",                        // Debian, Ubuntu
        "/usr/pgsql-*/bin",                                 // PostgreSQL's own RPMs
        "/usr/libexec/postgresql*",                         // Alpine
        "/usr/local/pgsql/bin",                             // built from source
        "/opt/homebrew/opt/postgresql*/bin",                // Homebrew
        "/usr/local/opt/postgresql*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        @"C:\Program Files\PostgreSQL\*\bin",
    ];

    public string Postgres => Path.Combine(BinFolder, Executable("postgres"));

    public string InitDb => Path.Combine(BinFolder, Executable("initdb"));

    /// <summary>The part of the version that a data folder is bound to.</summary>
    public string MajorVersion => Version.Split('.')[0];

    /// <summary>What is installed: the one of the PATH first, then the newest of the usual folders.</summary>
    /// <param name="binFolder">The only folder that counts; null to search.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static async Task<IReadOnlyList<PostgresInstallation>> FindAllAsync(string? binFolder, CancellationToken cancellationToken)
    {
        IEnumerable<string> folders = binFolder is null
            ? [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), .. UsualFolders.SelectMany(Expand)]
            : [binFolder];

        var found = new List<PostgresInstallation>();
        foreach (var folder in folders.Distinct())
        {
            if (await TryOpenAsync(folder, cancellationToken) is { } installation)
            {
                found.Add(installation);
            }
        }

        return found;
    }

    /// <summary>The installation in that folder; null when there is none or it does not run here.</summary>
    public static async Task<PostgresInstallation?> TryOpenAsync(string folder, CancellationToken cancellationToken)
    {
        var installation = new PostgresInstallation(folder, "");
        if (ExecutablePath.Find(installation.Postgres) is null || ExecutablePath.Find(installation.InitDb) is null)
        {
            return null;
        }

        var answer = await CompletedProcess.RunAsync(new ProgramCall(installation.Postgres, ["--version"]), input: null, cancellationToken);
        var version = VersionPattern().Match(string.Concat(answer.Output)); // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        return answer.ExitCode == 0 && version.Success ? installation with { Version = version.Value } : null;
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return [pattern];
        }

        var separator = pattern.Contains('\\') ? '\\' : '/';
        var parent = pattern[..pattern.LastIndexOf(separator, star)];
        var parts = pattern[(parent.Length + 1)..].Split(separator, 2);
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, parts[0])
                .OrderByDescending(folder => double.TryParse(VersionPattern().Match(Path.GetFileName(folder)).Value, CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(folder => parts.Length == 1 ? folder : Path.Combine(folder, parts[1]))
            : [];
    }

    private static string Executable(string name) => OperatingSystem.IsWindows() ? name + ".exe" : name;

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex VersionPattern();
}
