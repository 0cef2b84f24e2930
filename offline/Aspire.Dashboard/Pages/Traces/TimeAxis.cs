using System.Globalization;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>A stretch of time drawn from the left edge to the right. Places are percentages of the width.</summary>
internal sealed record TimeAxis(long FromNanos, long ToNanos)
{
    // A bar of nothing is still seen.
    private const double LeastWidth = 0.3;

    private double Span => Math.Max(1, ToNanos - FromNanos);

    /// <summary>Where a moment is.</summary>
    public string At(long nanos) => Percent(Share(nanos));

    /// <summary>How wide a stretch is.</summary>
    public string Width(long beginNanos, long endNanos) => Percent(Math.Max(LeastWidth, Share(endNanos) - Share(beginNanos)));

    /// <summary>The five moments that are written below, with their place; a narrow screen leaves out the second and the fourth.</summary>
    public IEnumerable<(string At, string Anchor, string Class, long Nanos)> Ticks =>
        Enumerable.Range(0, 5).Select(quarter => (
            Percent(25 * quarter),
            quarter == 0 ? "start" : quarter == 4 ? "end" : "middle",
            quarter % 2 == 0 ? "major" : "minor",
            FromNanos + (long)(Span * quarter / 4)));

    /// <summary>Where the words beside a line are, so that they stay within the picture: before it or after it.</summary>
    public (string At, string Anchor) Beside(long nanos) => Share(nanos) switch
    {
        < 0 => ("0%", "start"),
        > 60 => (Percent(Share(nanos) - 0.7), "end"),
        _ => (Percent(Share(nanos) + 0.7), "start"),
    };

    private double Share(long nanos) => 100 * (nanos - FromNanos) / Span;

    private static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
