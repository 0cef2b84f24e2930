namespace Forge.Hosting.Processes;

/// <summary>Finds programs the way a shell does.</summary>
internal static class ExecutablePath
{
    /// <summary>The full path of a program: a path as it is (relative to <paramref name="workingDirectory"/>), a bare name by the PATH; null when there is none.</summary>
    public static string? Find(string program, string? workingDirectory = null)
    {
        if (program.Contains('/') || program.Contains('\\'))
        {
            return Existing(Path.GetFullPath(program, workingDirectory ?? Environment.CurrentDirectory));
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Existing(Path.GetFullPath(Path.Combine(folder, program)))).FirstOrDefault(path => path is not null);
    }

    private static string? Existing(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            string[] endings = ["", ".exe", ".cmd", ".bat"];
            return endings.Select(ending => path + ending).FirstOrDefault(candidate => Path.HasExtension(candidate) && File.Exists(candidate));
        }

        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0 ? path : null;
    }
}
