using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Resources;

/// <summary>A resource in JSON.</summary>
internal sealed record ResourceJson(
    string Id,
    string Name,
    string Type,
    string? State,
    string? Health,
    int? ExitCode,
    DateTime? StartedAt,
    DateTime? StoppedAt,
    IEnumerable<ResourceJson.Url> Urls,
    IEnumerable<ResourceJson.Report> HealthReports,
    IEnumerable<ResourceJson.Command> Commands,
    IEnumerable<MaskedValue> Environment,
    IEnumerable<MaskedValue> Properties)
{
    public static ResourceJson From(BoardEntry entry) => new(
        entry.Id,
        entry.Name,
        entry.Type,
        entry.State,
        entry.Health,
        entry.ExitCode,
        entry.StartedAt,
        entry.StoppedAt,
        entry.Urls.Select(url => new Url(url.Name, url.Url)),
        entry.HealthReports.Select(report => new Report(report.Name, report.Status?.ToString(), report.Description)),
        entry.Commands.Select(command => new Command(command.Name, command.DisplayName, command.ConfirmationMessage, command.State == ResourceCommandState.Enabled)),
        entry.Environment,
        entry.Properties);

    internal sealed record Url(string? Name, string Address);

    internal sealed record Report(string Name, string? Status, string? Description);

    internal sealed record Command(string Name, string DisplayName, string? Confirmation, bool IsEnabled);
}
