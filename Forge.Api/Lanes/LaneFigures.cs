using System.Diagnostics.Metrics;

namespace Forge.Api.Lanes;

/// <summary>What this process has measured of the lanes, in some 30 KB of memory whatever the traffic.</summary>
internal sealed class LaneFigures : IDisposable
{
    private const string BatchDuration = "forge.post_response.batch.duration";

    private readonly LaneRequests[] _requests = [.. Enum.GetValues<Lane>().Select(_ => new LaneRequests())];
    private readonly MeterListener _listener = new();

    public LaneFigures(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // The scope keeps other applications of the same process out.
            if (instrument.Name == BatchDuration && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => FollowUps.Add(TimeSpan.FromSeconds(seconds)));
        _listener.Start();
    }

    /// <summary>How long the tasks behind one response took, all together.</summary>
    public RecentDurations FollowUps { get; } = new();

    public LaneRequests Requests(Lane lane) => _requests[(int)lane];

    public void Dispose() => _listener.Dispose();
}
