using System.Collections.Concurrent;

namespace Forge.Hosting.Data;

/// <summary>The folders of this run whose data is thrown away: one per resource, deleted when the AppHost ends.</summary>
internal sealed class TemporaryFolders : IDisposable
{
    private readonly ConcurrentDictionary<string, string> _folders = new();

    /// <summary>The folder of that resource; the same one when the resource is started again.</summary>
    public string For(string resourceName, DataFolders folders) => _folders.GetOrAdd(resourceName, _ => folders.CreateTemporary(resourceName));

    public void Dispose()
    {
        foreach (var folder in _folders.Values)
        {
            DataFolders.TryDelete(folder);
        }
    }
}
