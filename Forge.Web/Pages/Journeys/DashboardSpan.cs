using System.Globalization;
using System.Text.Json;

namespace Forge.Web.Pages.Journeys;

/// <summary>A span as the dashboard keeps it. Times are nanoseconds since 1970.</summary>
internal sealed record DashboardSpan(OtlpSpan Otlp, string Service, string Scope)
{
    private const int ServerKind = 2;
    private const int ErrorCode = 2;

    private readonly Dictionary<string, string> _attributes = Read(Otlp.Attributes);

    public (string Trace, string Span) Id { get; } = (Otlp.TraceId!, Otlp.SpanId!);

    public long Start { get; } = Nanos(Otlp.StartTimeUnixNano);

    public long End { get; } = Math.Max(Nanos(Otlp.StartTimeUnixNano), Nanos(Otlp.EndTimeUnixNano));

    public bool IsServer => Otlp.Kind == ServerKind;

    /// <summary>What a failed span says. Only Forge's own spans give their message: those of drivers can quote what is not for users.</summary>
    public string? Error => Otlp.Status?.Code != ErrorCode ? null
        : Scope.StartsWith("Forge.", StringComparison.Ordinal) && Otlp.Status.Message is { Length: > 0 } message ? message
        : this["error.type"] ?? "failed";

    /// <summary>The job that it enqueues or runs.</summary>
    public Guid? JobId => this["messaging.system"] == "forge" && Guid.TryParse(this["messaging.message.id"], out var id) ? id : null;

    public string? this[string attribute] => _attributes.GetValueOrDefault(attribute);

    /// <summary>The spans of an answer. One without an id or a time is left out.</summary>
    public static IEnumerable<DashboardSpan> From(OtlpAnswer answer) =>
        from resource in answer.Data?.ResourceSpans ?? []
        let service = Read(resource.Resource?.Attributes).GetValueOrDefault("service.name", "unknown")
        from scope in resource.ScopeSpans ?? []
        from span in scope.Spans ?? []
        where span is { TraceId.Length: > 0, SpanId.Length: > 0 } && Nanos(span.StartTimeUnixNano) > 0
        select new DashboardSpan(span, service, scope.Scope?.Name ?? "");

    private static long Nanos(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var nanos) ? nanos : 0;

    // A value is an object with one property, which is named after its type.
    private static Dictionary<string, string> Read(OtlpAttribute[]? attributes) => (attributes ?? [])
        .Where(attribute => attribute is { Key: not null, Value.ValueKind: JsonValueKind.Object })
        .DistinctBy(attribute => attribute.Key)
        .ToDictionary(attribute => attribute.Key!, attribute => attribute.Value.EnumerateObject().FirstOrDefault().Value.ToString());
}

/// <summary>An answer of the telemetry API, as far as it is read: OTLP JSON, and how many spans or traces there are and were sent.</summary>
internal sealed record OtlpAnswer(OtlpData? Data, int TotalCount, int ReturnedCount)
{
    public bool IsCut => ReturnedCount < TotalCount;
}

internal sealed record OtlpData(OtlpResourceSpans[]? ResourceSpans);
internal sealed record OtlpResourceSpans(OtlpResource? Resource, OtlpScopeSpans[]? ScopeSpans);
internal sealed record OtlpResource(OtlpAttribute[]? Attributes);
internal sealed record OtlpScopeSpans(OtlpScope? Scope, OtlpSpan[]? Spans);
internal sealed record OtlpScope(string? Name);
internal sealed record OtlpSpan(
    string? TraceId, string? SpanId, string? ParentSpanId, string? Name, int? Kind, string? StartTimeUnixNano, string? EndTimeUnixNano,
    OtlpAttribute[]? Attributes, OtlpLink[]? Links, OtlpStatus? Status);
internal sealed record OtlpLink(string? TraceId, string? SpanId);
internal sealed record OtlpStatus(int? Code, string? Message);
internal sealed record OtlpAttribute(string? Key, JsonElement Value);
