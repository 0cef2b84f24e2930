using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Forge.Hosting.Watching;

internal static class ResourceEventExtensions
{
    /// <summary>Whether the process or container has ended, or never started.</summary>
    public static bool HasEnded(this ResourceEvent change) => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text);

    /// <summary>The id of the process; null for what is no process, or has none yet.</summary>
    public static int? ProcessId(this ResourceEvent change) =>
        int.TryParse(
            Convert.ToString(change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value, CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture,
            out var id) ? id : null;
}
