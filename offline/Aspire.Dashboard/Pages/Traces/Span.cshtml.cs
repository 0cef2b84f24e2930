using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>A span's details alone, for the panel beside a journey.</summary>
public sealed class SpanModel(TelemetryStore store) : PageModel
{
    /// <summary>The span; null when it is not there.</summary>
    internal SpanPanel? Selected { get; private set; }

    /// <summary>The details.</summary>
    public void OnGet(string traceId, string spanId)
    {
        if (TraceId.TryParse(traceId, out var trace) && SpanId.TryParse(spanId, out var span))
        {
            Selected = SpanPanel.Find(store, trace, span);
        }

        Response.StatusCode = Selected is null ? 404 : 200;
    }
}
