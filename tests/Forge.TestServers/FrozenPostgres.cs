using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Forge.TestServers;

/// <summary>A Postgres server all of whose processes stand still, as on a machine that is being moved. They go on when this is disposed. Linux only.</summary>
public sealed partial class FrozenPostgres : IDisposable
{
    private const int Continue = 18;
    private const int Stop = 19;
    private const int NoSuchProcess = 3;
    private readonly HashSet<int> _frozen = [];

    private FrozenPostgres(int postmaster)
    {
        // The postmaster first, so that nobody is born while the others are stopped.
        Freeze(postmaster);
        foreach (var child in ChildrenOf(postmaster))
        {
            Freeze(child);
        }
    }

    /// <summary>Freezes the server behind a data source, whose user must be a superuser.</summary>
    public static async Task<FrozenPostgres> FreezeAsync(NpgsqlDataSource data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        await using var command = data.CreateCommand("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer");
        return new FrozenPostgres((int)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Wakes the server.</summary>
    public void Dispose()
    {
        foreach (var process in _frozen)
        {
            Send(process, Continue);
        }
    }

    private void Freeze(int process)
    {
        Send(process, Stop);
        _frozen.Add(process);
    }

    private static IEnumerable<int> ChildrenOf(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process) ? process : 0)
        .Where(process => process > 0 && ParentOf(process) == parent);

    private static int? ParentOf(int process)
    {
        try
        {
            // "4242 (a name with (anything) in it) S 17 …": the second field after the name.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }

    private static void Send(int process, int signal)
    {
        if (SendSignal(process, signal) != 0 && Marshal.GetLastPInvokeError() is var error && error != NoSuchProcess)
        {
            throw new Win32Exception(error, $"The signal {signal} could not be sent to process {process}: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
