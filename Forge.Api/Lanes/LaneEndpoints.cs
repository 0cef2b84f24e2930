using Forge.Api.RateLimiting;
using Forge.Contracts;
using Forge.Jobs;
using Forge.PostResponse;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Lanes;

internal static class LaneEndpoints
{
    public static void MapLanes(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/lanes", ListLanes)
            .WithTags("Request lane")
            .WithSummary("Compare the lanes as they are now: what callers waited, what the work took, what failed, what waits")
            .AllowAnonymous()
            .RequireAnonymousRateLimit()
            .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Ok<Page<LaneResponse>>> ListLanes(
        LaneFigures figures, PostResponseMonitor postResponse, DurableRuns durable, CancellationToken cancellationToken)
    {
        var tasks = postResponse.Read();
        var runs = await durable.ReadAsync(cancellationToken);
        return TypedResults.Ok(new Page<LaneResponse>(
            [
                ToResponse(figures.Requests(Lane.Request)),
                ToResponse(figures.Requests(Lane.PostResponse), figures.FollowUps, tasks),
                ToResponse(figures.Requests(Lane.Durable), runs),
            ],
            Next: null));
    }

    private static LaneResponse ToResponse(LaneRequests requests)
    {
        var latency = requests.Latency;
        return new LaneResponse(Lane.Request.ToName(), requests.Count, latency, latency, requests.Failures, requests.Waiting);
    }

    private static LaneResponse ToResponse(LaneRequests requests, RecentDurations followUps, PostResponseFigures tasks) =>
        new(Lane.PostResponse.ToName(), requests.Count, requests.Latency, followUps.Read(), tasks.Failures + tasks.Lost, tasks.Waiting);

    private static LaneResponse ToResponse(LaneRequests requests, RunFigures runs) =>
        new(Lane.Durable.ToName(), requests.Count, requests.Latency, ToPercentiles(runs.Durations), runs.Failures, runs.Available);

    private static Percentiles? ToPercentiles(RunDurations? durations) => durations is null
        ? null
        : new Percentiles(durations.P50.TotalMilliseconds, durations.P95.TotalMilliseconds, durations.P99.TotalMilliseconds);
}
