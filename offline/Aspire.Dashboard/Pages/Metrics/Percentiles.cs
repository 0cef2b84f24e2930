namespace Aspire.Dashboard.Pages.Metrics;

/// <summary>Percentiles of a histogram, as exact as its buckets are.</summary>
internal static class Percentiles
{
    /// <summary>The value that a share of all lies at or below, even within its bucket; null when there are none. Beyond the last bound nothing is known but that bound.</summary>
    public static double? Of(double share, double[] bounds, long[] buckets)
    {
        var total = buckets.Sum();
        if (total <= 0 || bounds.Length == 0)
        {
            return null;
        }

        var rank = share * total;
        var below = 0L;
        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            if (buckets[bucket] > 0 && below + buckets[bucket] >= rank)
            {
                if (bucket >= bounds.Length)
                {
                    return bounds[^1];
                }

                var lower = bucket == 0 ? Math.Min(0, bounds[0]) : bounds[bucket - 1];
                return lower + ((bounds[bucket] - lower) * Math.Clamp((rank - below) / buckets[bucket], 0, 1));
            }

            below += buckets[bucket];
        }

        return bounds[^1];
    }
}
