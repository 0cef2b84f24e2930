using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Logs;

/// <summary>The structured log lines of all services, the newest first.</summary>
public sealed class IndexModel(TelemetryStore store) : PageModel
{
    /// <summary>How much of a message is shown in the list; the panel has all of it.</summary>
    public const int MaxMessageLength = 300;

    private const int PageSize = 200;

    /// <summary>Only lines of this service.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Resource { get; set; }

    /// <summary>Only lines of this level or above.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Level { get; set; }

    /// <summary>Only lines that contain this text.</summary>
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Text { get; set; }

    /// <summary>Only lines of this trace.</summary>
    [BindProperty(SupportsGet = true, Name = "traceId")]
    public string? TraceText { get; set; }

    /// <summary>Only lines of this span.</summary>
    [BindProperty(SupportsGet = true, Name = "spanId")]
    public string? SpanText { get; set; }

    /// <summary>Only lines that came before the one with this number.</summary>
    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    /// <summary>The number of the selected line.</summary>
    [BindProperty(SupportsGet = true, Name = "line")]
    public long? SelectedNumber { get; set; }

    /// <summary>The levels that can be chosen.</summary>
    public static IReadOnlyList<string> Levels { get; } = ["Trace", "Debug", "Information", "Warning", "Error", "Critical"];

    /// <summary>Services that can be chosen.</summary>
    public IReadOnlyList<string> ResourceNames { get; } = [.. store.Resources.All.Where(resource => resource.HasLogs).Select(resource => resource.Name).Distinct()];

    /// <summary>The lines of this page, the newest first.</summary>
    public Page<TelemetryLog> List { get; private set; } = new([], 0);

    /// <summary>The line whose details are shown; null for none.</summary>
    public TelemetryLog? Selected { get; private set; }

    /// <summary>Whether anything was received at all.</summary>
    public bool HasAny => store.Logs.Count > 0;

    /// <summary>How many lines are no longer there.</summary>
    public long DroppedCount => store.Logs.DroppedCount;

    /// <summary>Where the next page begins; null on the last.</summary>
    public long? Next => List.Items.Count < List.TotalCount && List.Items is [.., var last] ? last.Number : null;

    /// <summary>How a resource is told from the others.</summary>
    public string DisplayNameOf(TelemetryLog log) => store.Resources.DisplayNameOf(log.Scope.Resource);

    /// <summary>The page.</summary>
    public void OnGet()
    {
        Selected = SelectedNumber is { } number ? store.Logs.Get(number) : null;
        if (Query() is not { } query)
        {
            return;
        }

        var page = store.Logs.Find(query);
        List = page with { Items = [.. page.Items.Reverse()] };
    }

    // Null where nothing can match: a service that has sent nothing has no lines, and what is no id is no trace's.
    private LogQuery? Query()
    {
        var (trace, span) = (TraceId.None, SpanId.None);
        var canMatch = (TraceText is null || TraceId.TryParse(TraceText.Trim(), out trace)) && (SpanText is null || SpanId.TryParse(SpanText.Trim(), out span));
        return !canMatch || store.Resolve(Resource is null ? [] : [Resource]) is not { } resources ? null : new LogQuery
        {
            Resources = resources,
            MinSeverity = LogQuery.SeverityOf(Level),
            Text = Text,
            TraceId = TraceText is null ? null : trace,
            SpanId = SpanText is null ? null : span,
            BeforeNumber = Before ?? long.MaxValue,
            Limit = PageSize,
        };
    }
}
