using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes;

/// <summary>Signals to processes. Windows has none: there every signal kills.</summary>
internal static partial class Signal
{
    /// <summary>Sends the signal; false when there is no such process any more.</summary>
    public static bool Send(int processId, StopSignal signal)
    {
        if (!OperatingSystem.IsWindows())
        {
            return Kill(processId, (int)signal) == 0;
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill(entireProcessTree: true);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            Debug.WriteLine(exception);
            return false;
        }
    }

    /// <summary>Kills what a process started, as far as that stayed in its group; harmless when nothing is left of it.</summary>
    public static void KillGroup(int processId)
    {
        if (LinuxSession.IsSupported)
        {
            Kill(-processId, (int)StopSignal.Kill);
        }
    }

    /// <summary>Whether there is a process with that id.</summary>
    public static bool IsAlive(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            return Directory.Exists($"/proc/{processId}");
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

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
