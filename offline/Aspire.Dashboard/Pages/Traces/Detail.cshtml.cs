using Aspire.Dashboard.Journeys;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>The journey that a trace is part of: the same from whichever of its traces one comes.</summary>
public sealed class DetailModel(TelemetryStore store) : PageModel
{
    /// <summary>The journey as it is drawn; null when nothing is kept of the trace.</summary>
    internal JourneyChart? Chart { get; private set; }

    /// <summary>What is selected.</summary>
    internal SpanPanel? Selected { get; private set; }

    /// <summary>The journey of a trace, with a span selected: its root unless another is asked for.</summary>
    public IActionResult OnGet(string traceId, string? span)
    {
        if (!TraceId.TryParse(traceId, out var id) || new JourneyBuilder(store.Traces).Build(id) is not { } journey)
        {
            Response.StatusCode = 404;
            return Page();
        }

        Chart = new JourneyChart(journey, id);
        Selected = SpanPanel.Find(store, id, SpanId.TryParse(span, out var spanId) ? spanId : null);
        return Page();
    }
}
