using System.Collections.Concurrent;
using Aspire.Dashboard.Telemetry;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Dashboard.Resources;

/// <summary>What is known now about every process and value of the application.</summary>
public sealed class ResourceBoard(ResourceNotificationService notifications, DistributedApplicationModel model, ChangeNotes notes) : BackgroundService
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly SecretMask _mask = new(model);

    /// <summary>All that are shown, in the order of the AppHost's description.</summary>
    public IReadOnlyList<BoardEntry> All
    {
        get
        {
            var order = model.Resources.Select((resource, index) => (resource.Name, index)).ToDictionary(entry => entry.Name, entry => entry.index, StringComparer.OrdinalIgnoreCase);
            return
            [
                .. _current.Values.Where(entry => !entry.Snapshot.IsHidden)
                    .OrderBy(entry => order.GetValueOrDefault(entry.Resource.Name, int.MaxValue)).ThenBy(entry => entry.ResourceId, StringComparer.Ordinal)
                    .Select(Entry),
            ];
        }
    }

    /// <summary>One of them, by the id of its process; null when there is none.</summary>
    public BoardEntry? Find(string id) => _current.TryGetValue(id, out var known) && !known.Snapshot.IsHidden ? Entry(known) : null;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
            {
                _current[change.ResourceId] = change;
                notes.Note(ChangeTopic.Resources);
            }
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // The application has stopped, and the dashboard will with it.
        }
    }

    private BoardEntry Entry(ResourceEvent known) => new(known.ResourceId, known.Resource.Name, known.Snapshot, _mask);
}
