using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Forge.ServiceDefaults;

/// <summary>
/// Samples everything that belongs to a request or to a piece of work. A call out that belongs to nothing is a background loop asking
/// Postgres, Redis or HTTP whether there is something to do, and is left out; so is everything below a health request.
/// </summary>
/// <remarks>Set in code, because Aspire's AppHost sets the sampler of its environment to one that ignores the parent's decision.</remarks>
internal sealed class LaneSampler : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var isSampled = parent.TraceId == default
            ? samplingParameters.Kind != ActivityKind.Client
            : parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        return new SamplingResult(isSampled ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
