using System.Buffers.Binary;
using Aspire.Dashboard.Telemetry;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Otlp;

/// <summary>Takes over what was received into the store. What makes no sense is left out and told to the sender; nothing of it throws.</summary>
internal sealed class TelemetryReader(TelemetryStore store, TelemetryLimits limits)
{
    private const string UnknownService = "unknown_service";

    private readonly StringPool _pool = new();

    public ExportTraceServiceResponse Add(ExportTraceServiceRequest request)
    {
        var spans = new List<TelemetrySpan>();
        var rejected = 0;
        foreach (var group in request.ResourceSpans)
        {
            var resource = ResourceOf(group.Resource);
            resource.HasTraces = true;
            foreach (var scoped in group.ScopeSpans)
            {
                var scope = ScopeOf(resource, scoped.Scope);
                foreach (var received in scoped.Spans)
                {
                    if (Read(scope, received) is { } span)
                    {
                        spans.Add(span);
                    }
                    else
                    {
                        rejected++;
                    }
                }
            }
        }

        store.Traces.Add(spans);
        return rejected == 0
            ? new ExportTraceServiceResponse()
            : new ExportTraceServiceResponse { PartialSuccess = new() { RejectedSpans = rejected, ErrorMessage = "Spans without a valid trace id and span id were left out." } };
    }

    public ExportLogsServiceResponse Add(ExportLogsServiceRequest request)
    {
        var logs = new List<TelemetryLog>();
        foreach (var group in request.ResourceLogs)
        {
            var resource = ResourceOf(group.Resource);
            resource.HasLogs = true;
            foreach (var scoped in group.ScopeLogs)
            {
                var scope = ScopeOf(resource, scoped.Scope);
                logs.AddRange(scoped.LogRecords.Select(received => Read(scope, received)));
            }
        }

        store.Logs.Add(logs);
        return new ExportLogsServiceResponse();
    }

    public ExportMetricsServiceResponse Add(ExportMetricsServiceRequest request)
    {
        var points = new List<ReceivedPoint>();
        var rejected = 0;
        foreach (var group in request.ResourceMetrics)
        {
            var resource = ResourceOf(group.Resource);
            resource.HasMetrics = true;
            foreach (var scoped in group.ScopeMetrics)
            {
                var reader = new MetricReader(ScopeOf(resource, scoped.Scope), _pool, limits);
                foreach (var metric in scoped.Metrics)
                {
                    rejected += reader.Read(metric, points);
                }
            }
        }

        store.Metrics.Add(points);
        return rejected == 0
            ? new ExportMetricsServiceResponse()
            : new ExportMetricsServiceResponse { PartialSuccess = new() { RejectedDataPoints = rejected, ErrorMessage = "Only sums, gauges and histograms with explicit bounds are kept." } };
    }

    private TelemetryResource ResourceOf(Resource? received)
    {
        var reader = new AttributeReader(_pool, limits);
        var attributes = received is null ? [] : reader.Attributes(received.Attributes);
        var name = attributes.Find("service.name").Text;
        return store.Resources.Get(string.IsNullOrEmpty(name) ? UnknownService : name, attributes.Find("service.instance.id").Text ?? "", attributes);
    }

    private TelemetryScope ScopeOf(TelemetryResource resource, InstrumentationScope? received)
    {
        var reader = new AttributeReader(_pool, limits);
        return resource.Scope(reader.Text(received?.Name ?? ""), reader.Text(received?.Version ?? ""));
    }

    private TelemetrySpan? Read(TelemetryScope scope, Span received)
    {
        if (TraceIdOf(received.TraceId) is not { } traceId || SpanIdOf(received.SpanId) is not { } spanId)
        {
            return null;
        }

        var reader = new AttributeReader(_pool, limits);
        var begin = UnixNanos.Clamp(received.StartTimeUnixNano);
        var name = reader.Text(received.Name);
        var attributes = reader.Attributes(received.Attributes);
        var events = new SpanEvent[Math.Min(received.Events.Count, limits.MaxSpanEventCount)];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = new SpanEvent(reader.Text(received.Events[i].Name), UnixNanos.Clamp(received.Events[i].TimeUnixNano), reader.Attributes(received.Events[i].Attributes));
        }

        var links = new List<SpanLink>();
        foreach (var link in received.Links.Take(limits.MaxSpanEventCount))
        {
            if (TraceIdOf(link.TraceId) is { } linkedTrace && SpanIdOf(link.SpanId) is { } linkedSpan)
            {
                links.Add(new SpanLink(linkedTrace, linkedSpan, reader.Text(link.TraceState), link.Flags, reader.Attributes(link.Attributes)));
            }
        }

        return new TelemetrySpan
        {
            Scope = scope,
            TraceId = traceId,
            SpanId = spanId,
            ParentSpanId = SpanIdOf(received.ParentSpanId) ?? SpanId.None,
            Name = name,
            Kind = Enum.IsDefined((SpanKind)(byte)received.Kind) ? (SpanKind)(byte)received.Kind : SpanKind.Unspecified,
            Status = received.Status?.Code switch
            {
                Status.Types.StatusCode.Ok => SpanStatus.Ok,
                Status.Types.StatusCode.Error => SpanStatus.Error,
                _ => SpanStatus.Unset,
            },
            StatusMessage = reader.Text(received.Status?.Message ?? ""),
            StartNanos = begin,
            EndNanos = Math.Max(begin, UnixNanos.Clamp(received.EndTimeUnixNano)),
            Attributes = attributes,
            Events = events,
            Links = links.Count == 0 ? [] : [.. links],
            TraceState = reader.Text(received.TraceState),
            Flags = received.Flags,
            Bytes = 176 + reader.Bytes + (64 * events.Length) + (88 * links.Count),
        };
    }

    private TelemetryLog Read(TelemetryScope scope, LogRecord received)
    {
        var reader = new AttributeReader(_pool, limits);
        var body = reader.Value(received.Body);
        var attributes = reader.Attributes(received.Attributes);
        return new TelemetryLog
        {
            Scope = scope,
            TimeNanos = UnixNanos.Clamp(received.TimeUnixNano != 0 ? received.TimeUnixNano : received.ObservedTimeUnixNano),
            SeverityNumber = Math.Clamp((int)received.SeverityNumber, 0, 24),
            SeverityText = reader.Text(received.SeverityText),
            Body = body,
            EventName = reader.Text(received.EventName.Length > 0 ? received.EventName : attributes.Find("logrecord.event.name").Text ?? ""),
            Attributes = attributes,
            TraceId = TraceIdOf(received.TraceId) ?? TraceId.None,
            SpanId = SpanIdOf(received.SpanId) ?? SpanId.None,
            Flags = received.Flags,
            Bytes = 152 + reader.Bytes,
        };
    }

    private static TraceId? TraceIdOf(ByteString received) =>
        received.Length == 16 && BinaryPrimitives.ReadUInt128BigEndian(received.Span) is var value && value != 0 ? new TraceId(value) : null;

    private static SpanId? SpanIdOf(ByteString received) =>
        received.Length == 8 && BinaryPrimitives.ReadUInt64BigEndian(received.Span) is var value && value != 0 ? new SpanId(value) : null;
}
