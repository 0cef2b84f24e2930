using System.Globalization;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages;

/// <summary>Times, durations and names as people read them. Times are this machine's: the dashboard answers nobody else.</summary>
internal static class Human
{
    private const double Micro = 1e3;
    private const double Milli = 1e6;
    private const double Second = 1e9;

    /// <summary>A duration with about three digits, such as <c>8.64 ms</c> or <c>10 min 2 s</c>.</summary>
    public static string Duration(double nanos) => Math.Abs(nanos) switch
    {
        0 => "0 ms",
        < Micro => $"{Digits(nanos)} ns",
        < 0.9995 * Milli => $"{Digits(nanos / Micro)} µs",
        < 0.9995 * Second => $"{Digits(nanos / Milli)} ms",
        < 59.95 * Second => $"{Digits(nanos / Second)} s",
        _ => Long(TimeSpan.FromSeconds(Math.Round(nanos / Second))),
    };

    /// <summary>A duration with about three digits.</summary>
    public static string Duration(TimeSpan duration) => Duration(duration.TotalNanoseconds);

    /// <summary>The time of day, to the millisecond.</summary>
    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Day and time, to the microsecond.</summary>
    public static string Moment(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.ffffff zzz", CultureInfo.InvariantCulture);

    /// <summary>A moment for machines.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A count with its thousands apart.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun, such as <c>1 span</c> or <c>3 spans</c>.</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A number with about three digits.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e9 => $"{Digits(value / 1e9)} G",
        >= 1e6 => $"{Digits(value / 1e6)} M",
        >= 1e4 => $"{Digits(value / 1e3)} k",
        _ => Digits(value),
    };

    /// <summary>The lane's word.</summary>
    public static string Name(Lane lane) => lane switch
    {
        Lane.Request => "Request",
        Lane.PostResponse => "Post-response",
        Lane.Durable => "Durable",
        _ => "No lane",
    };

    /// <summary>The level that a log's severity number belongs to.</summary>
    public static string Level(int severity) => severity switch
    {
        >= 21 => "Critical",
        >= 17 => "Error",
        >= 13 => "Warning",
        >= 9 => "Information",
        >= 5 => "Debug",
        >= 1 => "Trace",
        _ => "Unset",
    };

    /// <summary>The class that colours a level.</summary>
    public static string Tone(int severity) => severity switch
    {
        >= 17 => "tone-bad",
        >= 13 => "tone-warn",
        _ => "tone-soft",
    };

    private static string Digits(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    private static string Long(TimeSpan duration) => duration.TotalHours >= 1
        ? $"{(long)duration.TotalHours} h {duration.Minutes} min"
        : $"{duration.Minutes} min {duration.Seconds} s";
}
