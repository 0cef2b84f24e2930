using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Journeys;

/// <summary>The joined view for scripts. Times are ISO 8601 UTC, durations milliseconds; spans are at <c>/api/telemetry/traces/{traceId}</c>.</summary>
internal static class JourneyApi
{
    public static void MapJourneyApi(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/journeys/{traceId}", Get);

    private static IResult Get(TelemetryStore store, string traceId) =>
        TraceId.TryParse(traceId, out var id) && new JourneyBuilder(store.Traces).Build(id) is { } journey
            ? TypedResults.Ok(JourneyJson.From(journey))
            : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Trace not found", detail: $"No trace with ID '{traceId}' was found.");
}
