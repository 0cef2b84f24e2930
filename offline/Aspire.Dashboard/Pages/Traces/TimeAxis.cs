using System.Globalization;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>A stretch of time drawn from the left edge to the right. Places are percentages of the width.</summary>
internal sealed record TimeAxis(long FromNanos, long ToNanos)
{
    // A bar of nothing is still seen.
    private const double LeastWidth = 0.6;

    private double Span => Math.Max(1, ToNanos - FromNanos);

    /// <summary>Where a moment is.</summary>
    public string At(long nanos) => Percent(Share(nanos));

    /// <summary>Where a bar begins: one of nothing at the very end lies before the edge.</summary>
    public string BarAt(long beginNanos) => Percent(beginNanos <= ToNanos ? Math.Min(Share(beginNanos), 100 - LeastWidth) : Share(beginNanos));

    /// <summary>How wide a stretch is.</summary>
    public string Width(long beginNanos, long endNanos) => Percent(Math.Max(LeastWidth, Share(endNanos) - Share(beginNanos)));

    /// <summary>The moments that are written below, round ones as seen from an origin, with their place; a narrow screen leaves out every second.</summary>
    public IEnumerable<(string At, string Anchor, string Class, long Nanos)> TicksFrom(long originNanos)
    {
        var step = RoundStep(Span / 5);
        var first = (long)Math.Ceiling((FromNanos - originNanos) / step);
        for (var index = first; originNanos + (index * step) <= ToNanos; index++)
        {
            var nanos = originNanos + (long)(index * step);
            yield return (At(nanos), Share(nanos) < 4 ? "start" : Share(nanos) > 96 ? "end" : "middle", (index - first) % 2 == 0 ? "major" : "minor", nanos);
        }
    }

    /// <summary>Where the words beside a line are, so that they stay within the picture: before it or after it.</summary>
    public (string At, string Anchor) Beside(long nanos) => Share(nanos) switch
    {
        < 0 => ("0%", "start"),
        > 60 => (Percent(Share(nanos) - 0.7), "end"),
        _ => (Percent(Share(nanos) + 0.7), "start"),
    };

    // 1, 2 or 5 of a power of ten; from half a minute on, what clocks have.
    private static double RoundStep(double least)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, least))));
        double[] clock = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];
        return least > 20e9
            ? clock.Select(seconds => seconds * 1e9).FirstOrDefault(step => step >= least, Math.Ceiling(least / 86_400e9) * 86_400e9)
            : unit * ((double[])[1, 2, 5, 10]).First(factor => factor * unit >= Math.Max(1, least));
    }

    private double Share(long nanos) => 100 * (nanos - FromNanos) / Span;

    private static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
