using System.Diagnostics;

namespace Forge.Worker.Tests.Images;

/// <summary>The processes that decode images for this one. Tests that have some are one collection, so that none meets another's.</summary>
internal static class Decoders
{
    public static List<int> Running()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        return [.. Process.GetProcessesByName("Forge.Worker").Select(process => process.Id).Where(IsChild)];
    }

    /// <summary>Kills the only one; it is gone when this returns.</summary>
    public static void Kill()
    {
        using var decoder = Process.GetProcessById(Assert.Single(Running()));
        decoder.Kill();
        decoder.WaitForExit();
    }

    /// <summary>Has the only one do nothing from here on.</summary>
    public static void Freeze()
    {
        using var stop = Process.Start("sh", ["-c", $"kill -STOP {Assert.Single(Running())}"]);
        stop.WaitForExit();
    }

    // "pid (name) state parent …"
    private static bool IsChild(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/stat").Split(") ")[^1].Split(' ')[1] == $"{Environment.ProcessId}";
        }
        catch (IOException)
        {
            return false; // It has ended since.
        }
    }
}
