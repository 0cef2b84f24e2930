using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Processes;
using Forge.Hosting.Stopping;
using Forge.Hosting.Watching;

namespace Forge.Hosting.Data;

/// <summary>The folders of this run whose data is thrown away: one per resource, deleted when the AppHost ends.</summary>
/// <remarks>The orchestrator does not wait for what it stops, so each server is ended here before its folder is deleted: one that lives longer would miss its files.</remarks>
internal sealed class TemporaryFolders : IResourceObserver, IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, string> _folders = new();
    private readonly ConcurrentDictionary<string, (int ProcessId, int Signal)> _servers = new();

    /// <summary>The folder of that resource; the same one when the resource is started again.</summary>
    public string For(string resourceName, DataFolders folders) => _folders.GetOrAdd(resourceName, _ => folders.CreateTemporary(resourceName));

    public void Observe(ResourceEvent change)
    {
        var name = change.Resource.Name;
        if (change.HasEnded())
        {
            _servers.TryRemove(name, out _);
        }
        else if (change.ProcessId() is { } processId && _folders.ContainsKey(name))
        {
            _servers[name] = (processId, StopSignalAnnotation.SignalOf(change.Resource));
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_folders.Select(folder => DeleteAsync(folder.Key, folder.Value)));

    private async Task DeleteAsync(string resourceName, string folder)
    {
        if (!OperatingSystem.IsWindows()
            && _servers.TryGetValue(resourceName, out var server)
            && UnixProcess.IsAlive(server.ProcessId)
            && !await UnixProcess.EndAsync(server.ProcessId, server.Signal, StopLimit, CancellationToken.None))
        {
            await UnixProcess.WaitForEndAsync(server.ProcessId, StopLimit);
        }

        DataFolders.TryDelete(folder);
    }
}
