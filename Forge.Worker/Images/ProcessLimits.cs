using System.Runtime.InteropServices;

namespace Forge.Worker.Images;

/// <summary>What a process that decodes images of strangers allows itself. Linux only; elsewhere the checks before decoding and the time limit must do.</summary>
internal static partial class ProcessLimits
{
    private const int CpuSeconds = 0;
    private const int FileBytes = 1;
    private const int DataBytes = 2;
    private const int CoreBytes = 4;

    // 50 million pixels are 200 MB, and 270 MB with what shrinking them smoothly needs.
    private const ulong MaxDataBytes = 768UL * 1024 * 1024;
    private const ulong MaxCpuSeconds = 30;

    public static void Lower()
    {
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess)
        {
            Set(CpuSeconds, MaxCpuSeconds); // also the end of one whose worker was killed
            Set(FileBytes, 0);
            Set(DataBytes, MaxDataBytes);
            Set(CoreBytes, 0);
        }
    }

    private static void Set(int resource, ulong value)
    {
        var limit = new Limit { Soft = value, Hard = value };
        if (SetLimit(resource, in limit) != 0)
        {
            throw new InvalidOperationException($"The limit {resource} could not be set: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
