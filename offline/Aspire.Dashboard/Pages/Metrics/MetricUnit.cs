using System.Globalization;

namespace Aspire.Dashboard.Pages.Metrics;

/// <summary>Writes an instrument's values with its unit, which OTLP gives in UCUM: <c>s</c>, <c>By</c>, <c>{request}</c>.</summary>
internal sealed class MetricUnit(string unit)
{
    private const double Kibi = 1024;

    private readonly string _noun = unit is "1" ? "" : unit.Trim('{', '}');

    /// <summary>A value.</summary>
    public string Text(double value) => unit switch
    {
        "s" => Human.Duration(value * 1e9),
        "ms" => Human.Duration(value * 1e6),
        "us" => Human.Duration(value * 1e3),
        "ns" => Human.Duration(value),
        "By" => Bytes(value),
        "%" => $"{Human.Number(value)} %",
        _ => Human.Number(value),
    };

    /// <summary>A growth in a second.</summary>
    public string Rate(double value) => $"{(unit is "By" ? Bytes(value) : Human.Number(value))}/s";

    /// <summary>What is counted; empty where the unit says so with each value, and where there is none.</summary>
    public string Noun => unit is "s" or "ms" or "us" or "ns" or "By" or "%" ? "" : _noun;

    private static string Bytes(double value) => Math.Abs(value) switch
    {
        >= Kibi * Kibi * Kibi => $"{Round(value / Kibi / Kibi / Kibi)} GiB",
        >= Kibi * Kibi => $"{Round(value / Kibi / Kibi)} MiB",
        >= Kibi => $"{Round(value / Kibi)} KiB",
        _ => $"{Round(value)} B",
    };

    private static string Round(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture);
}
