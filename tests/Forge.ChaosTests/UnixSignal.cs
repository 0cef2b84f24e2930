using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Forge.ChaosTests;

/// <summary>What is sent to the processes, by Linux' numbers.</summary>
internal enum UnixSignal
{
    /// <summary>Does nothing; tells whether the process is there.</summary>
    Probe = 0,

    /// <summary>To Postgres: the fast shutdown.</summary>
    Interrupt = 2,

    /// <summary>To Postgres: the immediate shutdown, after which it has to recover.</summary>
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class UnixSignals
{
    private const int NoSuchProcess = 3;

    /// <summary>False when the process has ended.</summary>
    public static bool TrySend(this UnixSignal signal, int processId)
    {
        if (SendSignal(processId, (int)signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"{signal} could not be sent to process {processId}: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
