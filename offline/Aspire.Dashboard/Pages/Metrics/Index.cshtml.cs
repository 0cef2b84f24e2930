using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Metrics;

/// <summary>Everything that the services measure, by resource, meter and instrument, and one instrument as a chart.</summary>
public sealed class IndexModel(TelemetryStore store, TimeProvider time) : PageModel
{
    private const string FilterPrefix = "tag.";

    /// <summary>The resource, as it is told from the others.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Resource { get; set; }

    /// <summary>The meter's name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Meter { get; set; }

    /// <summary>The instrument's name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Instrument { get; set; }

    /// <summary>How many minutes back: 1, 5 or 15.</summary>
    [BindProperty(SupportsGet = true, Name = "window")]
    public int Minutes { get; set; } = 5;

    /// <summary>The tag whose values are drawn apart.</summary>
    [BindProperty(SupportsGet = true, Name = "by")]
    public string? GroupBy { get; set; }

    /// <summary>The percentile that is drawn where tags are drawn apart: 50, 95 or 99.</summary>
    [BindProperty(SupportsGet = true, Name = "p")]
    public int Percentile { get; set; } = 95;

    /// <summary>Resources that can be chosen.</summary>
    public IReadOnlyList<string> ResourceNames { get; } = [.. store.Resources.All.Where(resource => resource.HasMetrics).Select(store.Resources.DisplayNameOf)];

    /// <summary>What the resource measures.</summary>
    public IReadOnlyList<Instrument> Instruments { get; private set; } = [];

    /// <summary>The instrument that is shown, with all its series; null for none.</summary>
    public Instrument? Shown { get; private set; }

    /// <summary>The tags of its series, with all values they have.</summary>
    public IReadOnlyList<(string Key, IReadOnlyList<string> Values)> Tags { get; private set; } = [];

    /// <summary>Its picture.</summary>
    internal MetricChart? Chart { get; private set; }

    /// <summary>How many values are no longer there, or never were.</summary>
    public long DroppedCount => store.Metrics.DroppedCount;

    /// <summary>The value that a tag has to have; null for any.</summary>
    public string? FilterOf(string key) => Request.Query[FilterPrefix + key] is [{ Length: > 0 } value] ? value : null;

    /// <summary>The name of the field that filters by a tag.</summary>
    public static string FilterName(string key) => FilterPrefix + key;

    /// <summary>The page.</summary>
    public void OnGet()
    {
        Minutes = Minutes is 1 or 5 or 15 ? Minutes : 5;
        Percentile = Percentile is 50 or 95 or 99 ? Percentile : 95;
        var resource = store.Resources.All.FirstOrDefault(known => known.HasMetrics && (Resource is null || store.Resources.DisplayNameOf(known) == Resource));
        if (resource is null)
        {
            return;
        }

        Resource = store.Resources.DisplayNameOf(resource);
        Instruments = store.Metrics.Instruments([resource]);
        Shown = Meter is null || Instrument is null ? null : store.Metrics.Get(resource, Meter, Instrument);
        if (Shown is null)
        {
            return;
        }

        Tags = [.. Shown.Series.SelectMany(series => series.Attributes).GroupBy(tag => tag.Key).OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => (tag.Key, (IReadOnlyList<string>)[.. tag.Select(entry => entry.Value.ToString()).Distinct().Order(StringComparer.Ordinal)]))];
        GroupBy = Tags.Any(tag => tag.Key == GroupBy) ? GroupBy : null;
        var wanted = Shown with { Series = [.. Shown.Series.Where(IsWanted)] };
        Chart = new MetricChart(wanted, GroupBy, Percentile / 100.0, TimeSpan.FromMinutes(Minutes), time.GetUtcNow());
    }

    private bool IsWanted(MetricSeries series) =>
        Tags.All(tag => FilterOf(tag.Key) is not { } value || series.Attributes.Find(tag.Key).ToString() == value);
}
