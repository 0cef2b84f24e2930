using System.Globalization;

namespace Forge.Tests;

/// <summary>A variable in the environment of processes, which their children inherit.</summary>
internal sealed class ProcessMarker
{
    public const string Variable = "FORGE_TEST";

    public string Value { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The processes that have it and live, by their command lines.</summary>
    public string[] Processes => [.. Folders.Select(folder => $"{Path.GetFileName(folder)} {Read(folder, "cmdline").Replace('\0', ' ')}")];

    /// <summary>The whole environments of these.</summary>
    public string[] Environments => [.. Folders.Select(folder => Read(folder, "environ"))];

    /// <summary>A killed process is seen in /proc until the kernel has ended it, which nobody but its parent can await.</summary>
    public async Task WaitUntilNoneIsLeftAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var looks = 0; Processes is [_, ..] left; looks++)
        {
            Assert.True(looks < 500, $"Left after 10 s: {string.Join(", ", left)}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private IEnumerable<string> Folders => Directory.EnumerateDirectories("/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId)
        .Where(folder => Read(folder, "environ").Contains($"{Variable}={Value}", StringComparison.Ordinal));

    private static string Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // It ended just now, or is another user's.
        }
    }
}
