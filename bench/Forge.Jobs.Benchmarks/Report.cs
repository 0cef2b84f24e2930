using System.Text.Json;

namespace Forge.Jobs.Benchmarks;

/// <summary>One measured value.</summary>
internal sealed record Figure(string System, string Measure, string Unit, double Value, int Round);

/// <summary>Writes figures as lines of JSON, which the driver merges with those of other programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static void Write(Figure figure) => Console.WriteLine(JsonSerializer.Serialize(figure with { Value = Math.Round(figure.Value, 2) }, Json));
}
