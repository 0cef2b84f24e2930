using System.Globalization;
using System.Text.Json;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Json;

/// <summary>Writes telemetry as OTLP's JSON: ids in hexadecimal, 64-bit numbers as text, enumerations as numbers.</summary>
internal static class OtlpJson
{
    /// <summary>Writes <c>{"resourceSpans": […]}</c>.</summary>
    public static void WriteSpans(Utf8JsonWriter json, IEnumerable<TelemetrySpan> spans) =>
        WriteGroups(json, "resourceSpans", "scopeSpans", "spans", spans, span => span.Scope, WriteSpan);

    /// <summary>Writes <c>{"resourceLogs": […]}</c>.</summary>
    public static void WriteLogs(Utf8JsonWriter json, IEnumerable<TelemetryLog> logs) =>
        WriteGroups(json, "resourceLogs", "scopeLogs", "logRecords", logs, log => log.Scope, WriteLog);

    /// <summary>Writes one span.</summary>
    public static void WriteSpan(Utf8JsonWriter json, TelemetrySpan span)
    {
        json.WriteStartObject();
        json.WriteString("traceId", span.TraceId.ToString());
        json.WriteString("spanId", span.SpanId.ToString());
        WriteTextUnlessEmpty(json, "traceState", span.TraceState);
        if (!span.IsRoot)
        {
            json.WriteString("parentSpanId", span.ParentSpanId.ToString());
        }

        json.WriteNumber("flags", span.Flags);
        json.WriteString("name", span.Name);
        json.WriteNumber("kind", (int)span.Kind);
        WriteTime(json, "startTimeUnixNano", span.StartNanos);
        WriteTime(json, "endTimeUnixNano", span.EndNanos);
        WriteAttributes(json, span.Attributes);
        if (span.Events.Length > 0)
        {
            json.WriteStartArray("events");
            foreach (var happened in span.Events)
            {
                json.WriteStartObject();
                WriteTime(json, "timeUnixNano", happened.TimeNanos);
                json.WriteString("name", happened.Name);
                WriteAttributes(json, happened.Attributes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (span.Links.Length > 0)
        {
            json.WriteStartArray("links");
            foreach (var link in span.Links)
            {
                json.WriteStartObject();
                json.WriteString("traceId", link.TraceId.ToString());
                json.WriteString("spanId", link.SpanId.ToString());
                WriteTextUnlessEmpty(json, "traceState", link.TraceState);
                json.WriteNumber("flags", link.Flags);
                WriteAttributes(json, link.Attributes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("status");
        WriteTextUnlessEmpty(json, "message", span.StatusMessage);
        json.WriteNumber("code", (int)span.Status);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteLog(Utf8JsonWriter json, TelemetryLog log)
    {
        json.WriteStartObject();
        WriteTime(json, "timeUnixNano", log.TimeNanos);
        json.WriteNumber("severityNumber", log.SeverityNumber);
        json.WriteString("severityText", log.SeverityText);
        json.WritePropertyName("body");
        WriteValue(json, log.Body);
        WriteAttributes(json, log.Attributes);
        json.WriteNumber("flags", log.Flags);
        if (log.TraceId != TraceId.None)
        {
            json.WriteString("traceId", log.TraceId.ToString());
        }

        if (log.SpanId != SpanId.None)
        {
            json.WriteString("spanId", log.SpanId.ToString());
        }

        WriteTextUnlessEmpty(json, "eventName", log.EventName);
        json.WriteEndObject();
    }

    private static void WriteGroups<T>(Utf8JsonWriter json, string resources, string scopes, string items, IEnumerable<T> all, Func<T, TelemetryScope> scopeOf, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject();
        json.WriteStartArray(resources);
        foreach (var resource in all.GroupBy(item => scopeOf(item).Resource))
        {
            json.WriteStartObject();
            json.WriteStartObject("resource");
            WriteAttributes(json, resource.Key.Attributes);
            json.WriteEndObject();
            json.WriteStartArray(scopes);
            foreach (var scope in resource.GroupBy(scopeOf))
            {
                json.WriteStartObject();
                json.WriteStartObject("scope");
                json.WriteString("name", scope.Key.Name);
                WriteTextUnlessEmpty(json, "version", scope.Key.Version);
                json.WriteEndObject();
                json.WriteStartArray(items);
                foreach (var item in scope)
                {
                    write(json, item);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, TelemetryAttribute[] attributes, string name = "attributes")
    {
        json.WriteStartArray(name);
        foreach (var attribute in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", attribute.Key);
            json.WritePropertyName("value");
            WriteValue(json, attribute.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, AttributeValue value)
    {
        json.WriteStartObject();
        switch (value.Kind)
        {
            case AttributeKind.Text:
                json.WriteString("stringValue", value.Text);
                break;
            case AttributeKind.Whole:
                json.WriteString("intValue", value.ToString());
                break;
            case AttributeKind.Floating when double.IsFinite(value.Floating!.Value):
                json.WriteNumber("doubleValue", value.Floating.Value);
                break;
            case AttributeKind.Floating:
                json.WriteString("doubleValue", value.Floating!.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case AttributeKind.Truth:
                json.WriteBoolean("boolValue", value.Truth!.Value);
                break;
            case AttributeKind.Bytes:
                json.WriteBase64String("bytesValue", value.Bytes!);
                break;
            case AttributeKind.List:
                json.WriteStartObject("arrayValue");
                json.WriteStartArray("values");
                foreach (var item in value.Items!)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case AttributeKind.Map:
                json.WriteStartObject("kvlistValue");
                WriteAttributes(json, value.Entries!, "values");
                json.WriteEndObject();
                break;
            case AttributeKind.Empty:
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long nanos) => json.WriteString(name, nanos.ToString(CultureInfo.InvariantCulture));

    private static void WriteTextUnlessEmpty(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
        {
            json.WriteString(name, text);
        }
    }
}
