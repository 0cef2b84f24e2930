using System.Globalization;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>The list of traces, the newest first.</summary>
public sealed class IndexModel(TelemetryStore store) : PageModel
{
    private const int PageSize = 100;

    /// <summary>Only this lane: the value of <c>forge.lane</c>.</summary>
    [BindProperty(SupportsGet = true, Name = "lane")]
    public string? LaneName { get; set; }

    /// <summary>Only traces in which this service took part.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Resource { get; set; }

    /// <summary>Only traces that contain this text.</summary>
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    /// <summary>Only traces that took so many milliseconds.</summary>
    [BindProperty(SupportsGet = true, Name = "min")]
    public double? MinMilliseconds { get; set; }

    /// <summary>The same as its field shows it.</summary>
    public string? MinText => MinMilliseconds?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Only traces with a failed span.</summary>
    [BindProperty(SupportsGet = true, Name = "errors")]
    public bool OnlyErrors { get; set; }

    /// <summary>Only what comes after this one in the list.</summary>
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    /// <summary>The traces of this page.</summary>
    public Page<TraceSummary> List { get; private set; } = new([], 0);

    /// <summary>Services that can be chosen.</summary>
    public IReadOnlyList<string> ResourceNames { get; } = [.. store.Resources.All.Where(resource => resource.HasTraces).Select(resource => resource.Name).Distinct()];

    /// <summary>Whether anything was received at all.</summary>
    public bool HasAny => store.Traces.SpanCount > 0;

    /// <summary>Whether a filter is set.</summary>
    public bool IsFiltered => LaneName is not null || Resource is not null || Text is not null || MinMilliseconds is not null || OnlyErrors;

    /// <summary>How many spans are no longer there.</summary>
    public long DroppedCount => store.Traces.DroppedCount;

    /// <summary>Where the next page begins; null on the last.</summary>
    public string? Next => List.Items.Count < List.TotalCount && List.Items is [.., var last] ? new TraceCursor(last.StartNanos, last.Id).ToString() : null;

    /// <summary>How a resource is told from the others.</summary>
    public string DisplayNameOf(ResourceShare share) => store.Resources.DisplayNameOf(share.Resource);

    /// <summary>The page.</summary>
    public void OnGet()
    {
        // A service that has sent nothing has no traces; it is no error to ask for them.
        if (store.Resolve(Resource is null ? [] : [Resource]) is not { } resources)
        {
            return;
        }

        List = store.Traces.Find(new TraceQuery
        {
            Lane = Lanes.Parse(LaneName) is var lane and not Lane.None ? lane : null,
            Resources = resources,
            HasError = OnlyErrors ? true : null,
            MinDuration = MinMilliseconds is { } least ? Bounded(least) : null,
            Text = Text,
            After = TraceCursor.TryParse(After, out var cursor) ? cursor : null,
            Limit = PageSize,
        });
    }

    private static TimeSpan Bounded(double milliseconds) =>
        TimeSpan.FromMilliseconds(double.IsFinite(milliseconds) ? Math.Clamp(milliseconds, 0, TimeSpan.FromDays(1000).TotalMilliseconds) : 0);
}
