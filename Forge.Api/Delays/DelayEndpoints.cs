using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Api.RateLimiting;
using Forge.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Delays;

internal static class DelayEndpoints
{
    private const double MaxSeconds = 30;

    public static void MapDelays(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/delayed-response", Wait)
            .WithTags("Request lane")
            .InLane(Lane.Request)
            .WithSummary("Answer after a delay that holds no thread")
            .AllowAnonymous()
            .RequireAnonymousRateLimit();

    private static async Task<Results<Ok<DelayedResponse>, ValidationProblem>> Wait(TimeProvider timeProvider, CancellationToken cancellationToken, double seconds = 2)
    {
        if (seconds is not (>= 0 and <= MaxSeconds))
        {
            return FieldErrors.Problem("seconds", $"Give a number from 0 to {MaxSeconds}.");
        }

        await Task.Delay(TimeSpan.FromSeconds(seconds), timeProvider, cancellationToken);
        return TypedResults.Ok(new DelayedResponse("ready", "forge"));
    }
}
