using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Forge.PostResponse;

/// <summary>Stands before one endpoint's handler and lets a request in only with room for its tasks.</summary>
internal sealed class CapacityReservation(RequestDelegate handler, PostResponseLane lane, int tasks)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!await TakeRoomAsync(context))
        {
            await RefuseAsync(context);
            return;
        }

        var batch = PostResponseBatch.Of(context, lane);
        if (lane.Options.WhenFull is not FullBacklogPolicy.DropNewest)
        {
            batch.Reserve(tasks);
        }

        try
        {
            await handler(context);
        }
        catch
        {
            batch.Refuse();
            throw;
        }
    }

    private async ValueTask<bool> TakeRoomAsync(HttpContext context) => lane.Options.WhenFull switch
    {
        FullBacklogPolicy.DropNewest => true,
        FullBacklogPolicy.Wait => await lane.Room.TakeAsync(tasks, lane.Options.WaitLimit, context.RequestAborted),
        _ => lane.Room.TryTake(tasks),
    };

    private async Task RefuseAsync(HttpContext context)
    {
        lane.Refuse(tasks, context);
        var retryAfter = Math.Ceiling(lane.Options.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.RetryAfter = retryAfter;
        await TypedResults
            .Problem(
                title: "Too much follow-up work is waiting.",
                detail: $"Nothing was done. Send the request again in {retryAfter} s.",
                statusCode: StatusCodes.Status503ServiceUnavailable)
            .ExecuteAsync(context);
    }
}
