using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Forge.Hosting.Processes;

/// <summary>Processes by their ids. Windows has no signals: there, nothing is sent.</summary>
internal static partial class UnixProcess
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>Sends a signal; false where there is no such process, or no signals.</summary>
    public static bool Send(int processId, int signal) => !OperatingSystem.IsWindows() && Kill(processId, signal) == 0;

    /// <summary>Whether there is a process with that id. One that ended and was not collected yet counts as ended.</summary>
    public static bool IsAlive(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // 4711 (name) S 1 …: the state follows the last parenthesis.
                var status = File.ReadAllText($"/proc/{processId}/stat");
                return status[(status.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
            }

            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            Debug.WriteLine(exception);
            return false;
        }
    }

    /// <summary>Returns when the process has ended, also one that this process did not start.</summary>
    /// <exception cref="TimeoutException">It has not ended in time.</exception>
    public static async Task WaitForEndAsync(int processId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (IsAlive(processId))
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"The process {processId} has not ended within {limit.TotalSeconds} s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
