namespace Aspire.Dashboard.Telemetry;

/// <summary>All telemetry that is kept, in memory only: it ends with the AppHost.</summary>
public sealed class TelemetryStore(TelemetryLimits limits, ChangeNotes notes)
{
    /// <summary>Who has sent something.</summary>
    public ResourceRegistry Resources { get; } = new();

    /// <summary>Traces.</summary>
    public TraceStore Traces { get; } = new(limits, notes);

    /// <summary>Structured logs.</summary>
    public LogStore Logs { get; } = new(limits, notes);

    /// <summary>Metrics.</summary>
    public MetricStore Metrics { get; } = new(limits, notes);

    /// <summary>The resources that filters mean; null when one of them means none.</summary>
    public IReadOnlyCollection<TelemetryResource>? Resolve(IEnumerable<string>? filters)
    {
        var resolved = new HashSet<TelemetryResource>();
        foreach (var filter in filters ?? [])
        {
            var named = Resources.All.Where(resource => resource.IsNamed(filter)).ToList();
            if (named.Count == 0)
            {
                return null;
            }

            resolved.UnionWith(named);
        }

        return resolved;
    }
}
