namespace Forge.Api.Lanes;

/// <summary>Measures the requests of each lane as their callers feel them. Stands before everything else, so that nothing is left out.</summary>
internal sealed class LaneMiddleware(RequestDelegate next, LaneFigures figures, TimeProvider timeProvider)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<LaneMetadata>() is not { Lane: var lane })
        {
            await next(context);
            return;
        }

        var requests = figures.Requests(lane);
        var begun = timeProvider.GetTimestamp();
        var status = StatusCodes.Status500InternalServerError;
        requests.Begin();
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            // A caller that went away felt no latency, and one that was turned away by the rate limit never got to the lane.
            if (context.RequestAborted.IsCancellationRequested || status == StatusCodes.Status429TooManyRequests)
            {
                requests.Forget();
            }
            else
            {
                requests.Answered(timeProvider.GetElapsedTime(begun), isFailure: status >= StatusCodes.Status500InternalServerError);
            }
        }
    }
}
