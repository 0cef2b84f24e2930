using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aspire.Dashboard.Telemetry;

/// <summary>How much is kept: configuration section <c>Dashboard:TelemetryLimits</c>. What is older goes, and is counted.</summary>
public sealed class TelemetryLimits
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Dashboard:TelemetryLimits";

    /// <summary>Spans over all traces; 150,000 by default. The oldest traces go as a whole.</summary>
    public int MaxSpanCount { get; set; } = 150_000;

    /// <summary>Spans of one trace; 20,000 by default. Further ones of that trace are dropped.</summary>
    public int MaxSpansPerTrace { get; set; } = 20_000;

    /// <summary>Log lines; 150,000 by default.</summary>
    public int MaxLogCount { get; set; } = 150_000;

    /// <summary>Values of metrics over all series, a histogram's bucket counting as one; 1,000,000 by default.</summary>
    public int MaxMetricValueCount { get; set; } = 1_000_000;

    /// <summary>Series (an instrument with one set of attributes); 2,000 by default. Further ones are dropped.</summary>
    public int MaxSeriesCount { get; set; } = 2_000;

    /// <summary>What all spans together may cost, in bytes, and as much again all logs; 128 MiB by default.</summary>
    public long MaxBytes { get; set; } = 128L << 20;

    /// <summary>Attributes of one thing; 128 by default, as with Aspire. Further ones are left out.</summary>
    public int MaxAttributeCount { get; set; } = 128;

    /// <summary>Characters of one text; 32,768 by default. Longer ones are cut.</summary>
    public int MaxAttributeLength { get; set; } = 32_768;

    /// <summary>Events of one span, and links of one span; 128 by default. Further ones are left out.</summary>
    public int MaxSpanEventCount { get; set; } = 128;

    /// <summary>Reads the limits.</summary>
    /// <exception cref="DistributedApplicationException">One of them is less than 1.</exception>
    public static TelemetryLimits Read(IConfiguration configuration)
    {
        var limits = new TelemetryLimits();
        configuration.GetSection(SectionName).Bind(limits);
        long[] all = [limits.MaxSpanCount, limits.MaxSpansPerTrace, limits.MaxLogCount, limits.MaxMetricValueCount, limits.MaxSeriesCount, limits.MaxBytes, limits.MaxAttributeCount, limits.MaxAttributeLength, limits.MaxSpanEventCount];
        return all.Min() >= 1 ? limits : throw new DistributedApplicationException($"Every limit in {SectionName} must be at least 1.");
    }
}
