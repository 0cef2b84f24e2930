using System.Text;

namespace Forge.IntegrationTests.Telemetry;

/// <summary>Reads from an OTLP metrics request what the tests ask about. The field numbers are those of opentelemetry/proto/metrics/v1/metrics.proto.</summary>
internal static class OtlpMetrics
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;

    public static IEnumerable<ExportedMetric> Read(ReadOnlyMemory<byte> request) =>
        from resourceMetrics in Fields(request).Where(field => field.Number == 1)
        let service = Fields(resourceMetrics.Bytes).Where(field => field.Number == 1).Select(resource => Tags(resource.Bytes, 1)["service.name"]).Single()
        from scopeMetrics in Fields(resourceMetrics.Bytes).Where(field => field.Number == 2)
        let meter = Fields(scopeMetrics.Bytes).Where(field => field.Number == 1).Select(scope => Text(scope.Bytes, 1)).Single()
        from metric in Fields(scopeMetrics.Bytes).Where(field => field.Number == 2)
        from data in Fields(metric.Bytes).Where(field => field.Number is Gauge or Sum or Histogram)
        select new ExportedMetric(service, meter, Text(metric.Bytes, 1), Text(metric.Bytes, 3), Kind(data), Series(data));

    private static string Kind(Field data) => data.Number switch
    {
        Gauge => "gauge",
        Histogram => "histogram",
        _ => Fields(data.Bytes).Any(field => field is { Number: 3, Value: 1 }) ? "counter" : "updowncounter", // is_monotonic
    };

    private static List<ExportedSeries> Series(Field data) =>
        [.. Fields(data.Bytes).Where(field => field.Number == 1).Select(point => new ExportedSeries(Tags(point.Bytes, data.Number == Histogram ? 9 : 7)))];

    private static Dictionary<string, string> Tags(ReadOnlyMemory<byte> owner, int number) =>
        Fields(owner).Where(field => field.Number == number).ToDictionary(pair => Text(pair.Bytes, 1), pair => Text(Fields(pair.Bytes).Single(field => field.Number == 2).Bytes, 1));

    private static string Text(ReadOnlyMemory<byte> owner, int number) =>
        Encoding.UTF8.GetString(Fields(owner).FirstOrDefault(field => field.Number == number).Bytes.Span);

    /// <summary>The fields of a protobuf message, one after the other.</summary>
    private static IEnumerable<Field> Fields(ReadOnlyMemory<byte> message)
    {
        for (var rest = message; !rest.IsEmpty;)
        {
            var key = Varint(ref rest);
            var value = 0UL;
            var length = 0;
            switch (key & 7)
            {
                case 0:
                    value = Varint(ref rest);
                    break;
                case 1:
                    length = 8;
                    break;
                case 2:
                    length = (int)Varint(ref rest);
                    break;
                case 5:
                    length = 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} is not used by OTLP.");
            }

            yield return new Field((int)(key >> 3), value, rest[..length]);
            rest = rest[length..];
        }
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest.Span[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private readonly record struct Field(int Number, ulong Value, ReadOnlyMemory<byte> Bytes);
}
