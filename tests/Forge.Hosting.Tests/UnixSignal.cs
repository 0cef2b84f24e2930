using System.Runtime.InteropServices;

namespace Forge.Hosting.Tests;

/// <summary>Signals by Linux' numbers.</summary>
internal enum UnixSignal
{
    Kill = 9,
}

internal static partial class UnixSignals
{
    public static void Send(this UnixSignal signal, int processId) => Assert.Equal(0, Send(processId, (int)signal));

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int processId, int signal);
}
