using System.Diagnostics;
using System.Globalization;

namespace Forge.Jobs.Benchmarks;

/// <summary>Processor time, of this process and, on Linux, of a server with its children.</summary>
internal static class ProcessorTime
{
    private const double TicksPerSecond = 100;

    public static TimeSpan OfThisProcess() => Process.GetCurrentProcess().TotalProcessorTime;

    /// <summary>Of a process, its children that live, and those that it has waited for. Zero where there is no such process.</summary>
    public static TimeSpan OfFamily(int? process)
    {
        if (process is not { } root)
        {
            return TimeSpan.Zero;
        }

        // The fields after the name in brackets: state, parent, …; the 14th to 17th of all are the times in user and kernel, own and of children that ended.
        var ticks = Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Select(folder => ReadFields(folder))
            .Where(fields => fields is not null && (Number(fields[0]) == root || Number(fields[2]) == root))
            .Sum(fields => Number(fields![12]) + Number(fields[13]) + (Number(fields[0]) == root ? Number(fields[14]) + Number(fields[15]) : 0));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static string[]? ReadFields(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return [Path.GetFileName(folder), .. text[(text.LastIndexOf(')') + 2)..].Split(' ')];
        }
        catch (IOException)
        {
            // It ended between the listing and the look: its time is its parent's by now.
            return null;
        }
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
