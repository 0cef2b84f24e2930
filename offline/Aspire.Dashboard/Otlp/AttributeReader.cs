using Aspire.Dashboard.Telemetry;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;

namespace Aspire.Dashboard.Otlp;

/// <summary>Takes over attributes of one thing within the limits, and adds up what they cost.</summary>
internal ref struct AttributeReader(StringPool pool, TelemetryLimits limits)
{
    // What is nested deeper is left out: it is read, kept and written recursively.
    private const int MaxDepth = 8;

    private int _bytes;

    /// <summary>What was read so far costs so much.</summary>
    public readonly int Bytes => _bytes;

    public string Text(string text) => pool.Get(text.Length > limits.MaxAttributeLength ? text[..limits.MaxAttributeLength] : text, ref _bytes);

    public TelemetryAttribute[] Attributes(RepeatedField<KeyValue> received, int depth = 0)
    {
        if (received.Count == 0 || depth > MaxDepth)
        {
            return [];
        }

        var attributes = new TelemetryAttribute[Math.Min(received.Count, limits.MaxAttributeCount)];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = new TelemetryAttribute(Text(received[i].Key), Value(received[i].Value, depth));
        }

        _bytes += 24 + (24 * attributes.Length);
        return attributes;
    }

    public AttributeValue Value(AnyValue? received, int depth = 0)
    {
        switch (received?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                return AttributeValue.Of(Text(received.StringValue));
            case AnyValue.ValueOneofCase.IntValue:
                return AttributeValue.Of(received.IntValue);
            case AnyValue.ValueOneofCase.DoubleValue:
                return AttributeValue.Of(received.DoubleValue);
            case AnyValue.ValueOneofCase.BoolValue:
                return AttributeValue.Of(received.BoolValue);
            case AnyValue.ValueOneofCase.BytesValue:
                var bytes = received.BytesValue.Span[..Math.Min(received.BytesValue.Length, limits.MaxAttributeLength)].ToArray();
                _bytes += 24 + bytes.Length;
                return AttributeValue.Of(bytes);
            case AnyValue.ValueOneofCase.ArrayValue when depth < MaxDepth:
                return List(received.ArrayValue.Values, depth + 1);
            case AnyValue.ValueOneofCase.KvlistValue when depth < MaxDepth:
                return AttributeValue.Of(Attributes(received.KvlistValue.Values, depth + 1));
            default:
                return default;
        }
    }

    private AttributeValue List(RepeatedField<AnyValue> received, int depth)
    {
        var items = new AttributeValue[Math.Min(received.Count, limits.MaxAttributeCount)];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Value(received[i], depth);
        }

        _bytes += 24 + (16 * items.Length);
        return AttributeValue.Of(items);
    }
}
