namespace Aspire.Dashboard.Telemetry;

/// <summary>Between OTLP's times, nanoseconds since 1970, and .NET's.</summary>
public static class UnixNanos
{
    /// <summary>A moment.</summary>
    public static DateTimeOffset ToTime(long nanos) => DateTimeOffset.UnixEpoch.AddTicks(nanos / 100);

    /// <summary>A moment in nanoseconds.</summary>
    public static long FromTime(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>A length of time.</summary>
    public static TimeSpan ToDuration(long nanos) => TimeSpan.FromTicks(nanos / 100);

    /// <summary>A moment as it was sent; nonsense becomes the nearest that .NET's times can say.</summary>
    internal static long Clamp(ulong nanos) => (long)Math.Min(nanos, long.MaxValue);
}
