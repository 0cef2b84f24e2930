namespace Forge.Web.Pages.Journeys;

/// <summary>Where the spans of journeys are read: configuration section <c>Dashboard</c>.</summary>
internal sealed class DashboardOptions
{
    /// <value>The http or https address of Aspire's dashboard. Without one there are no journeys, and their page says so.</value>
    public string? Url { get; set; }

    /// <value>The key of the dashboard's telemetry API. Not sent when unset.</value>
    public string? ApiKey { get; set; }

    /// <value>How long a page waits for all of its spans. The default is 5 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(5);

    public bool IsValid => string.IsNullOrEmpty(Url) || (Uri.TryCreate(Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https");
}
