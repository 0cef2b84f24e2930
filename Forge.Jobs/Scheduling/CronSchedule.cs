using System.Text.RegularExpressions;
using Quartz;

namespace Forge.Jobs;

/// <summary>The fire times of a cron expression in a time zone.</summary>
/// <remarks>
/// Quartz decides what happens when the clocks change. Where they are set forward, all fire times in the gap become one fire at its end, beside those that
/// the rule has there. Where they are set back, a rule fires once, in the first of the two hours, when its seconds, minutes and hours are plain numbers or
/// lists of them; a rule with <c>*</c>, a step or a range in one of the three fires in both hours.
/// </remarks>
internal sealed partial class CronSchedule
{
    private const int MaxLength = 200;
    private readonly CronExpression _expression;

    private CronSchedule(CronExpression expression)
    {
        _expression = expression;
    }

    /// <summary>Reads both. What is wrong goes into <paramref name="errors"/>, under <c>cron</c> and <c>timeZone</c>; then the result is null.</summary>
    public static CronSchedule? Read(string cron, string timeZone, IDictionary<string, string[]> errors)
    {
        var zone = FindZone(timeZone);
        if (zone is null)
        {
            errors["timeZone"] = ["is not the IANA name of a time zone that is known here, such as Europe/Berlin or UTC"];
        }

        var expression = Parse(cron, zone ?? TimeZoneInfo.Utc, out var problem);
        if (problem is not null)
        {
            errors["cron"] = [problem];
        }

        return zone is null || expression is null ? null : new CronSchedule(expression);
    }

    /// <summary>The first fire time after a moment; null when there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment) => _expression.GetNextValidTimeAfter(moment)?.ToUniversalTime();

    /// <summary>The first few fire times after a moment.</summary>
    public IReadOnlyList<DateTimeOffset> NextAfter(DateTimeOffset moment, int count)
    {
        var times = new List<DateTimeOffset>(count);
        while (times.Count < count && NextAfter(moment) is { } next)
        {
            times.Add(moment = next);
        }

        return times;
    }

    private static CronExpression? Parse(string cron, TimeZoneInfo zone, out string? problem)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        problem = cron.Length > MaxLength ? $"must have at most {MaxLength} characters"
            : fields.Length is < 6 or > 7 ? $"must have 6 or 7 fields (seconds, minutes, hours, day of month, month, day of week and optionally a year), but has {fields.Length}"
            : ReservedNumbers.IsMatch(cron) ? "holds a number or character that is out of range"
            // Quartz fires on both, other programs on days that are both: nobody should have to know.
            : !IsEveryDay(fields[3]) && !IsEveryDay(fields[5]) ? "has a day of the month and a day of the week; give one of them and write ? for the other, or make two schedules"
            : null;
        if (problem is not null)
        {
            return null;
        }

        try
        {
            return new CronExpression(cron, zone);
        }
        catch (FormatException exception)
        {
            problem = $"is not a cron expression in Quartz's dialect: {exception.Message}";
            return null;
        }
    }

    private static bool IsEveryDay(string field) => field is "?" or "*";

    private static TimeZoneInfo? FindZone(string id) =>
        // The system also knows names that mean something else on another machine, or that count leap seconds, or Windows' own.
        !id.StartsWith("right/", StringComparison.OrdinalIgnoreCase)
        && !id.StartsWith("posix/", StringComparison.OrdinalIgnoreCase)
        && !id.Equals("localtime", StringComparison.OrdinalIgnoreCase)
        && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
        && zone.HasIanaId
        && zone.Id == id // another spelling is found only where the right one was asked for before
            ? zone
            : null;

    // Quartz 4.7 takes 98 and 99 in any field, since they are its own marks for "?" and "*"; and "TZ=…" before the fields, which would contradict the zone.
    [GeneratedRegex(@"\b9[89]\b|=")]
    private static partial Regex ReservedNumbers { get; }
}
