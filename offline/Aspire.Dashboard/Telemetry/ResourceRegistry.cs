using System.Collections.Concurrent;

namespace Aspire.Dashboard.Telemetry;

/// <summary>Knows every process that has sent telemetry, up to a bound: what comes from further ones is put down to one that is named so.</summary>
public sealed class ResourceRegistry
{
    private const int MaxResources = 1_000;

    private static readonly TelemetryResource Overflow = new("(too many resources)", "", []);

    private readonly ConcurrentDictionary<(string Name, string InstanceId), TelemetryResource> _resources = new();

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<TelemetryResource> All =>
        [.. _resources.Values.OrderBy(resource => resource.Name, StringComparer.OrdinalIgnoreCase).ThenBy(resource => resource.InstanceId, StringComparer.OrdinalIgnoreCase)];

    /// <summary>How a process is told from the others: by its service's name, and by its instance where the service has several.</summary>
    public string DisplayNameOf(TelemetryResource resource)
    {
        var siblings = _resources.Values.Count(other => other.Name == resource.Name);
        return siblings > 1 ? $"{resource.Name}-{resource.InstanceId}" : resource.Name;
    }

    internal TelemetryResource Get(string name, string instanceId, TelemetryAttribute[] attributes)
    {
        if (_resources.TryGetValue((name, instanceId), out var known))
        {
            return known;
        }

        return _resources.Count < MaxResources
            ? _resources.GetOrAdd((name, instanceId), key => new TelemetryResource(key.Name, key.InstanceId, attributes))
            : _resources.GetOrAdd((Overflow.Name, Overflow.InstanceId), Overflow);
    }
}
