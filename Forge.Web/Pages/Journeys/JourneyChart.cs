using System.Globalization;

namespace Forge.Web.Pages.Journeys;

/// <summary>A table with a drawing in it: all of a journey in one line each, or one track span by span. Written times count from the journey's start.</summary>
internal sealed record JourneyChart(
    Journey Journey, string Caption, long From, long To, bool IsOverview, IEnumerable<(string Name, string? Href, string LaneClass, IReadOnlyList<JourneyRow> Bars)> Rows)
{
    // What would have less of the common time line than this gets one of its own.
    private const double LeastShare = 0.15;

    // In percent of the width. A bar of nothing is still seen.
    private const double LeastWidth = 0.6;

    public static JourneyChart Overview(Journey journey) => new(
        journey, "The request and what came of it", journey.Start, journey.End, true,
        journey.Tracks.Select((track, index) => (track.Name, (string?)$"#part-{index}", track.Lane.Class, track.Outline)));

    public static JourneyChart Of(Journey journey, JourneyTrack track)
    {
        // With room at the end for the line of the response.
        var length = track.End - track.Start;
        var isOwn = length < LeastShare * (journey.End - journey.Start);
        var (from, to) = isOwn ? (track.Start, track.End + (length / 25)) : (journey.Start, journey.End);
        return new(journey, $"The spans of {track.Name}", from, to, false,
            track.Rows.Select(row => (row.Name, row.IsAttempt ? $"/jobs/{track.JobId}" : null, track.Lane.Class, (IReadOnlyList<JourneyRow>)[row])));
    }

    /// <summary>Where the line of the response is; null when it lies outside.</summary>
    public string? SentAt => Journey.SentAt is { } sent && sent >= From && sent <= To ? Percent(Share(sent)) : null;

    /// <summary>What is written above the drawing, with its place: the response, and about five round moments.</summary>
    public IEnumerable<(string At, string Anchor, int Y, string Class, string Text)> Words
    {
        get
        {
            var sent = IsOverview ? null : Journey.SentAt;
            yield return sent is null ? ("0", "start", 12, "", "")
                : sent < From ? ("0", "start", 12, "sent-words", $"◂ response sent {Duration(From - sent.Value)} before")
                : (Percent(Share(sent.Value)), Share(sent.Value) > 60 ? "end" : "start", 12, "sent-words", $" response sent {After(sent.Value)} ");
            var step = RoundStep(Math.Max(5, To - From) / 5.0);
            for (var at = Math.Ceiling((From - Journey.Start) / step) * step; at <= To - Journey.Start; at += step)
            {
                var share = Share(Journey.Start + (long)at);
                yield return (Percent(share), share < 4 ? "start" : share > 96 ? "end" : "middle", 30, "tick", Duration(at));
            }
        }
    }

    public string BarAt(JourneyRow bar) => Percent(Math.Min(Share(bar.Start), 100 - LeastWidth));

    public string WidthOf(JourneyRow bar) => Percent(Math.Max(LeastWidth, Share(bar.End) - Share(bar.Start)));

    public string After(long nanos) => $"+{Duration(nanos - Journey.Start)}";

    /// <summary>A duration with about three digits, such as <c>8.64 ms</c> or <c>10 min 2 s</c>.</summary>
    public static string Duration(double nanos) => nanos switch
    {
        0 => "0 ms",
        < 0.9995e6 => $"{Digits(nanos / 1e3)} µs",
        < 0.9995e9 => $"{Digits(nanos / 1e6)} ms",
        < 59.95e9 => $"{Digits(nanos / 1e9)} s",
        < 3599.5e9 => $"{(long)Math.Round(nanos / 1e9) / 60} min {(long)Math.Round(nanos / 1e9) % 60} s",
        _ => $"{(long)(nanos / 3600e9)} h {(long)(nanos / 60e9) % 60} min",
    };

    // 1, 2 or 5 of a power of ten: of nanoseconds, or of minutes.
    private static double RoundStep(double least)
    {
        var unit = least > 20e9 ? 60e9 : 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(least / unit)));
        return ((double[])[1, 2, 5, 10]).Select(factor => factor * power * unit).First(step => step >= least * 0.999);
    }

    private static string Digits(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);

    private static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + "%";

    private double Share(long nanos) => 100.0 * (nanos - From) / Math.Max(1, To - From);
}
