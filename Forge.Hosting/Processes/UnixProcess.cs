using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Forge.Hosting.Processes;

/// <summary>Processes by their ids. Windows has no signals: there, nothing is sent.</summary>
internal static partial class UnixProcess
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal; false where there is no such process, or no signals.</summary>
    public static bool Send(int processId, int signal) => !OperatingSystem.IsWindows() && SendSignal(processId, signal) == 0;

    /// <summary>Asks a process to end, and after it what it started and left behind. Those that take longer than the limit are killed.</summary>
    /// <returns>False when something had to be killed.</returns>
    public static async Task<bool> EndAsync(int processId, int signal, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Looked for at once: when their parent has ended, nothing tells whose they were.
        var descendants = FindDescendants(processId);
        var start = TimeProvider.System.GetTimestamp();
        Send(processId, signal);
        var hasEnded = await HaveEndedAsync([processId]);
        descendants.RemoveAll(id => !IsAlive(id));
        descendants.ForEach(id => Send(id, Terminate));
        if (hasEnded && await HaveEndedAsync(descendants))
        {
            return true;
        }

        Send(processId, Kill);
        descendants.ForEach(id => Send(id, Kill));
        return false;

        async Task<bool> HaveEndedAsync(List<int> processIds)
        {
            while (processIds.Any(IsAlive))
            {
                if (TimeProvider.System.GetElapsedTime(start) > limit)
                {
                    return false;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }

            return true;
        }
    }

    /// <summary>Whether there is a process with that id. One that ended and was not collected yet counts as ended.</summary>
    public static bool IsAlive(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            return ReadStatus($"/proc/{processId}") is { IsAlive: true };
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException exception)
        {
            Debug.WriteLine(exception);
            return false;
        }
    }

    /// <summary>The process that started it; null where that is not known.</summary>
    public static int? FindParent(int processId) => OperatingSystem.IsLinux() ? ReadStatus($"/proc/{processId}")?.ParentId : null;

    /// <summary>Returns when the process has ended, or after the limit: then false.</summary>
    public static async Task<bool> WaitForEndAsync(int processId, TimeSpan limit)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (IsAlive(processId))
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        return true;
    }

    /// <summary>What the process started, and what these started …; nothing where there is no /proc.</summary>
    public static List<int> FindDescendants(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var children = Directory.EnumerateDirectories("/proc")
            .Where(folder => char.IsAsciiDigit(folder[^1]))
            .Select(folder => (Id: int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), ReadStatus(folder)?.ParentId))
            .ToLookup(process => process.ParentId, process => process.Id);
        List<int> found = [.. children[processId]];
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i]]);
        }

        return found;
    }

    /// <summary>What Linux says of a process; null when there is none.</summary>
    private static (bool IsAlive, int ParentId)? ReadStatus(string folder)
    {
        try
        {
            // 4711 (name) S 1 …: the state and the parent follow the last parenthesis.
            var status = File.ReadAllText($"{folder}/stat");
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ', 3);
            return (fields[0] is not ("Z" or "X"), int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException exception)
        {
            Debug.WriteLine(exception);
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
