using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Logs;

/// <summary>A log line's details alone, for the panel beside the list.</summary>
public sealed class LineModel(TelemetryStore store) : PageModel
{
    /// <summary>The line; null when it is not there.</summary>
    public TelemetryLog? Selected { get; private set; }

    /// <summary>The details.</summary>
    public void OnGet(long number)
    {
        Selected = store.Logs.Get(number);
        Response.StatusCode = Selected is null ? 404 : 200;
    }
}
