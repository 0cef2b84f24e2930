using System.Text.Encodings.Web;
using System.Text.Json;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Json;

/// <summary>The telemetry for scripts: paths, parameters, key and shape of Aspire's dashboard. Lists hold the newest, in the order of time; following (<c>follow=true</c>) is not offered.</summary>
internal static class TelemetryApi
{
    private const int DefaultLimit = 200;
    private const int DefaultTraceLimit = 100;

    public static void MapTelemetryApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/telemetry");
        api.MapGet("/resources", GetResources);
        api.MapGet("/traces", GetTraces);
        api.MapGet("/traces/{traceId}", GetTrace);
        api.MapGet("/spans", GetSpans);
        api.MapGet("/logs", GetLogs);
    }

    private static Ok<IEnumerable<ResourceInfo>> GetResources(TelemetryStore store) =>
        TypedResults.Ok(store.Resources.All.Select(resource => new ResourceInfo(
            resource.Name, resource.InstanceId, store.Resources.DisplayNameOf(resource), resource.HasLogs, resource.HasTraces, resource.HasMetrics)));

    private static IResult GetTraces(TelemetryStore store, [FromQuery] string[]? resource, bool? hasError, int? limit, string? search)
    {
        if (store.Resolve(resource) is not { } resources)
        {
            return UnknownResource();
        }

        var page = store.Traces.FindDetails(new TraceQuery { Resources = resources, HasError = hasError, Text = search, Limit = Bounded(limit, DefaultTraceLimit) });
        return new TelemetryResult(json => OtlpJson.WriteSpans(json, page.Items.Reverse().SelectMany(trace => trace.Spans)), page.TotalCount, page.Items.Count);
    }

    private static IResult GetTrace(TelemetryStore store, string traceId) =>
        TraceId.TryParse(traceId, out var id) && store.Traces.Get(id) is { } trace
            ? new TelemetryResult(json => OtlpJson.WriteSpans(json, trace.Spans), trace.Spans.Count, trace.Spans.Count)
            : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Trace not found", detail: $"No trace with ID '{traceId}' was found.");

    private static IResult GetSpans(TelemetryStore store, [FromQuery] string[]? resource, string? traceId, bool? hasError, int? limit, string? search)
    {
        if (store.Resolve(resource) is not { } resources)
        {
            return UnknownResource();
        }

        var page = store.Traces.FindSpans(new SpanQuery { TraceId = TraceIdOf(traceId), Resources = resources, HasError = hasError, Text = search, Limit = Bounded(limit, DefaultLimit) });
        return new TelemetryResult(json => OtlpJson.WriteSpans(json, page.Items), page.TotalCount, page.Items.Count);
    }

    private static IResult GetLogs(TelemetryStore store, [FromQuery] string[]? resource, string? traceId, string? severity, int? limit, string? search)
    {
        if (store.Resolve(resource) is not { } resources)
        {
            return UnknownResource();
        }

        var page = store.Logs.Find(new LogQuery { TraceId = TraceIdOf(traceId), Resources = resources, MinSeverity = LogQuery.SeverityOf(severity), Text = search, Limit = Bounded(limit, DefaultLimit) });
        return new TelemetryResult(json => OtlpJson.WriteLogs(json, page.Items), page.TotalCount, page.Items.Count);
    }

    private static int Bounded(int? limit, int unlessSaid) => Math.Max(0, limit ?? unlessSaid);

    // An id that cannot be one is no trace's: nothing matches it.
    private static TraceId? TraceIdOf(string? text) =>
        string.IsNullOrEmpty(text) ? null : TraceId.TryParse(text, out var id) ? id : TraceId.None;

    private static ProblemHttpResult UnknownResource() =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Resource not found", detail: "No resource with specified name(s) was found.");

    private sealed record ResourceInfo(string Name, string InstanceId, string DisplayName, bool HasLogs, bool HasTraces, bool HasMetrics);

    /// <summary>Writes <c>{data, totalCount, returnedCount}</c> without building it as objects first.</summary>
    private sealed class TelemetryResult(Action<Utf8JsonWriter> writeData, int totalCount, int returnedCount) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            httpContext.Response.Headers.CacheControl = "no-store";
            await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            json.WriteStartObject();
            json.WritePropertyName("data");
            writeData(json);
            json.WriteNumber("totalCount", totalCount);
            json.WriteNumber("returnedCount", returnedCount);
            json.WriteEndObject();
            await json.FlushAsync(httpContext.RequestAborted);
        }
    }
}
