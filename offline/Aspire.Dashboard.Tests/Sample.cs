using System.Buffers.Binary;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Tests;

/// <summary>Telemetry as a service sends it. Ids are small numbers; times are milliseconds after a fixed moment.</summary>
internal static class Sample
{
    private const ulong Moment = 1_800_000_000_000_000_000;

    public static string TraceId(ulong number) => $"{number:x32}";

    public static string SpanId(ulong number) => $"{number:x16}";

    public static Span Span(ulong traceId, ulong spanId, ulong parentId, string name, double begin, double end, params (string Key, object Value)[] attributes)
    {
        var span = new Span
        {
            TraceId = TraceBytes(traceId),
            SpanId = SpanBytes(spanId),
            ParentSpanId = parentId == 0 ? ByteString.Empty : SpanBytes(parentId),
            Name = name,
            Kind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Internal,
            StartTimeUnixNano = Nanos(begin),
            EndTimeUnixNano = Nanos(end),
        };
        span.Attributes.AddRange(attributes.Select(attribute => Attribute(attribute.Key, attribute.Value)));
        return span;
    }

    public static Span OfKind(this Span span, Span.Types.SpanKind kind)
    {
        span.Kind = kind;
        return span;
    }

    public static Span LinkedTo(this Span span, ulong traceId, ulong spanId)
    {
        span.Links.Add(new Span.Types.Link { TraceId = TraceBytes(traceId), SpanId = SpanBytes(spanId) });
        return span;
    }

    public static Span Failed(this Span span, string message)
    {
        span.Status = new Status { Code = Status.Types.StatusCode.Error, Message = message };
        return span;
    }

    public static LogRecord Log(string message, SeverityNumber severity = SeverityNumber.Info, ulong traceId = 0, ulong spanId = 0)
    {
        return new LogRecord
        {
            TimeUnixNano = Nanos(0),
            SeverityNumber = severity,
            SeverityText = severity.ToString(),
            Body = new AnyValue { StringValue = message },
            TraceId = traceId == 0 ? ByteString.Empty : TraceBytes(traceId),
            SpanId = spanId == 0 ? ByteString.Empty : SpanBytes(spanId),
        };
    }

    public static ExportTraceServiceRequest Traces(string service, params IEnumerable<Span> spans)
    {
        var scoped = new ScopeSpans { Scope = new InstrumentationScope { Name = "Sample" } };
        scoped.Spans.AddRange(spans);
        return new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { Resource = Resource(service), ScopeSpans = { scoped } } } };
    }

    public static ExportLogsServiceRequest Logs(string service, params IEnumerable<LogRecord> logs)
    {
        var scoped = new ScopeLogs { Scope = new InstrumentationScope { Name = "Sample.Category" } };
        scoped.LogRecords.AddRange(logs);
        return new ExportLogsServiceRequest { ResourceLogs = { new ResourceLogs { Resource = Resource(service), ScopeLogs = { scoped } } } };
    }

    public static ExportMetricsServiceRequest Metrics(string service, params IEnumerable<Metric> metrics)
    {
        var scoped = new ScopeMetrics { Scope = new InstrumentationScope { Name = "Sample.Meter" } };
        scoped.Metrics.AddRange(metrics);
        return new ExportMetricsServiceRequest { ResourceMetrics = { new ResourceMetrics { Resource = Resource(service), ScopeMetrics = { scoped } } } };
    }

    public static Metric Counter(string name, double time, double value, params (string Key, object Value)[] attributes)
    {
        var point = new NumberDataPoint { TimeUnixNano = Nanos(time), AsDouble = value };
        point.Attributes.AddRange(attributes.Select(attribute => Attribute(attribute.Key, attribute.Value)));
        return new Metric { Name = name, Unit = "1", Sum = new Sum { IsMonotonic = true, DataPoints = { point } } };
    }

    public static Metric Histogram(string name, double time, double[] bounds, ulong[] buckets)
    {
        var point = new HistogramDataPoint { TimeUnixNano = Nanos(time), Count = (ulong)buckets.Sum(count => (long)count), Sum = 12.5 };
        point.ExplicitBounds.AddRange(bounds);
        point.BucketCounts.AddRange(buckets);
        return new Metric { Name = name, Unit = "s", Histogram = new Histogram { DataPoints = { point } } };
    }

    public static ulong Nanos(double milliseconds) => Moment + (ulong)(milliseconds * 1_000_000);

    public static ByteString TraceBytes(ulong number)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), number);
        return ByteString.CopyFrom(bytes);
    }

    public static ByteString SpanBytes(ulong number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return ByteString.CopyFrom(bytes);
    }

    public static KeyValue Attribute(string key, object value) => new()
    {
        Key = key,
        Value = value switch
        {
            string text => new AnyValue { StringValue = text },
            int number => new AnyValue { IntValue = number },
            double number => new AnyValue { DoubleValue = number },
            bool truth => new AnyValue { BoolValue = truth },
            AnyValue any => any,
            _ => throw new ArgumentException($"No sample of {value.GetType()}.", nameof(value)),
        },
    };

    private static Resource Resource(string service) =>
        new() { Attributes = { Attribute("service.name", service), Attribute("service.instance.id", $"{service}-1") } };
}
