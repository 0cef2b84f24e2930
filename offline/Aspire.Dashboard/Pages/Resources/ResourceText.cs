using System.Globalization;
using Aspire.Dashboard.Resources;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Dashboard.Pages.Resources;

/// <summary>Facts about resources as people read them. Times are this machine's: the dashboard answers nobody else.</summary>
internal static class ResourceText
{
    /// <summary>The state, such as <c>Failed to start</c>.</summary>
    public static string State(BoardEntry entry) => entry.State switch
    {
        null => "Not known",
        "FailedToStart" => "Failed to start",
        "NotStarted" => "Not started",
        var state => state,
    };

    /// <summary>The class that colours the state.</summary>
    public static string StateTone(BoardEntry entry) => entry switch
    {
        _ when entry.StateStyle == KnownResourceStateStyles.Error || entry.State == KnownResourceStates.FailedToStart => "tone-bad",
        _ when entry.StateStyle == KnownResourceStateStyles.Warn => "tone-warn",
        _ when entry.State == KnownResourceStates.Running => "tone-good",
        _ => "tone-soft",
    };

    /// <summary>The class that colours a health.</summary>
    public static string HealthTone(string? health) => health switch
    {
        nameof(HealthStatus.Healthy) => "tone-good",
        nameof(HealthStatus.Degraded) => "tone-warn",
        nameof(HealthStatus.Unhealthy) => "tone-bad",
        _ => "tone-soft",
    };

    /// <summary>What a check says that has not been passed; null for one that has.</summary>
    public static string? Complaint(HealthReportSnapshot report) => report.Status switch
    {
        HealthStatus.Healthy => null,
        null => $"{report.Name} has not been asked yet",
        _ when string.IsNullOrWhiteSpace(report.Description) => report.Name,
        _ => $"{report.Name}: {report.Description}",
    };

    /// <summary>A moment in a list: the time of day, with the day unless it is today.</summary>
    public static string Moment(DateTime utc, TimeProvider time)
    {
        var local = TimeZoneInfo.ConvertTimeFromUtc(utc, time.LocalTimeZone);
        return local.Date == time.GetLocalNow().Date ? local.ToString("HH:mm:ss", CultureInfo.InvariantCulture) : FullMoment(utc, time);
    }

    /// <summary>A moment with its day.</summary>
    public static string FullMoment(DateTime utc, TimeProvider time) =>
        TimeZoneInfo.ConvertTimeFromUtc(utc, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Whether it is something that runs, and so writes output: parameters and databases do not.</summary>
    public static bool HasProcess(BoardEntry entry) => entry.Commands.Any(command => command.Name == KnownResourceCommands.StartCommand);

    /// <summary>Whether an address may be followed: http on this machine. Everything else is only shown.</summary>
    public static bool IsLink(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && address.IsLoopback;
}
