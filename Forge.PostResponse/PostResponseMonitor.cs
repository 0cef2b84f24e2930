namespace Forge.PostResponse;

/// <summary>Reads the lane's figures inside the process.</summary>
public sealed class PostResponseMonitor
{
    private readonly PostResponseMetrics _metrics;

    internal PostResponseMonitor(PostResponseMetrics metrics) => _metrics = metrics;

    /// <summary>Reads the figures since the process started. They are read one after the other, not at one instant.</summary>
    public PostResponseFigures Read() => _metrics.Read();
}
