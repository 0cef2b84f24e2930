using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Json;

/// <summary>Metrics for scripts; Aspire's dashboard has none in its JSON, so the shape is this dashboard's own. Times are ISO 8601 UTC.</summary>
internal static class MetricsApi
{
    public static void MapMetricsApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/metrics", GetInstruments);
        endpoints.MapGet("/api/metrics/values", GetValues);
    }

    private static IResult GetInstruments(TelemetryStore store, [FromQuery] string[]? resource) =>
        store.Resolve(resource) is { } resources
            ? TypedResults.Ok(store.Metrics.Instruments(resources).Select(instrument => InstrumentJson.From(store, instrument)))
            : NotFound("No resource with specified name(s) was found.");

    private static IResult GetValues(TelemetryStore store, string resource, string meter, string name)
    {
        var instruments = store.Resolve([resource])?.Select(known => store.Metrics.Get(known, meter, name)).OfType<Instrument>().ToList() ?? [];
        return instruments.Count > 0
            ? TypedResults.Ok(instruments.Select(instrument => InstrumentJson.From(store, instrument)))
            : NotFound($"'{resource}' has sent no '{name}' of meter '{meter}'.");
    }

    private static ProblemHttpResult NotFound(string detail) => TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Not found", detail: detail);

    private sealed record InstrumentJson(string Resource, string Meter, string Name, string Unit, string Description, string Kind, IEnumerable<SeriesJson> Series)
    {
        public static InstrumentJson From(TelemetryStore store, Instrument instrument) => new(
            store.Resources.DisplayNameOf(instrument.Scope.Resource),
            instrument.Scope.Name,
            instrument.Name,
            instrument.Unit,
            instrument.Description,
            instrument.Kind.ToString().ToLowerInvariant(),
            instrument.Series.Select(SeriesJson.From));
    }

    private sealed record SeriesJson(IReadOnlyDictionary<string, string> Tags, double[] Bounds, IEnumerable<PointJson> Points)
    {
        public static SeriesJson From(MetricSeries series) => new(
            series.Attributes.DistinctBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Value.ToString()),
            series.Bounds,
            series.Points.Select(point => new PointJson(UnixNanos.ToTime(point.BeginNanos), UnixNanos.ToTime(point.EndNanos), double.IsFinite(point.Value) ? point.Value : null, point.Count, point.Buckets)));
    }

    private sealed record PointJson(DateTimeOffset Begin, DateTimeOffset End, double? Value, long Count, long[] Buckets);
}
