using System.Collections.Concurrent;

namespace Aspire.Dashboard.Telemetry;

/// <summary>A process that has sent telemetry: a service and which instance of it.</summary>
public sealed class TelemetryResource(string name, string instanceId, TelemetryAttribute[] attributes)
{
    private const int MaxScopes = 1_000;

    private readonly ConcurrentDictionary<(string Name, string Version), TelemetryScope> _scopes = new();

    /// <summary>Its <c>service.name</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Its <c>service.instance.id</c>; empty when it gave none.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>What it said about itself first.</summary>
    public TelemetryAttribute[] Attributes { get; } = attributes;

    /// <summary>Whether it has sent logs.</summary>
    public bool HasLogs { get; internal set; }

    /// <summary>Whether it has sent spans.</summary>
    public bool HasTraces { get; internal set; }

    /// <summary>Whether it has sent metrics.</summary>
    public bool HasMetrics { get; internal set; }

    /// <summary>Whether a filter means this one: by service name, by instance id, or by both as <c>name-instance</c>.</summary>
    public bool IsNamed(string filter) =>
        string.Equals(filter, Name, StringComparison.OrdinalIgnoreCase)
        || (InstanceId.Length > 0 && (string.Equals(filter, InstanceId, StringComparison.OrdinalIgnoreCase) || string.Equals(filter, $"{Name}-{InstanceId}", StringComparison.OrdinalIgnoreCase)));

    internal TelemetryScope Scope(string name, string version)
    {
        if (_scopes.TryGetValue((name, version), out var known))
        {
            return known;
        }

        var scope = new TelemetryScope(this, name, version);
        return _scopes.Count < MaxScopes ? _scopes.GetOrAdd((name, version), scope) : scope;
    }
}

/// <summary>What made a span, log or metric within a process: an activity source, a log category, a meter.</summary>
public sealed record TelemetryScope(TelemetryResource Resource, string Name, string Version);
