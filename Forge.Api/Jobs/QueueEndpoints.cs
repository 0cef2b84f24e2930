using System.Security.Claims;
using Forge.Api.Accounts;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

internal static class QueueEndpoints
{
    public static void MapQueues(this IEndpointRouteBuilder routes)
    {
        var queues = routes.MapGroup("/queues").WithTags("Queues").RequireAuthorization();
        queues.MapGet("/", ListQueues).WithSummary("List the queues, with what waits, runs and failed in each");
        queues.MapPost("/{queue}/pause", PauseQueue).WithSummary("Stop taking jobs from a queue; what runs goes on (administrators)");
        queues.MapPost("/{queue}/resume", ResumeQueue).WithSummary("Take jobs from a paused queue again (administrators)");
    }

    private static async Task<Ok<Page<QueueResponse>>> ListQueues(JobReader reader, CancellationToken cancellationToken)
    {
        var figures = await reader.GetQueuesAsync(cancellationToken);
        return TypedResults.Ok(new Page<QueueResponse>([.. figures.Select(queue => queue.ToResponse())], Next: null));
    }

    private static Task<Results<Ok<QueueResponse>, ProblemHttpResult>> PauseQueue(
        string queue, JobReader reader, JobControl control, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        ChangeAsync(queue, control.PauseQueueAsync, reader, caller, cancellationToken);

    private static Task<Results<Ok<QueueResponse>, ProblemHttpResult>> ResumeQueue(
        string queue, JobReader reader, JobControl control, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        ChangeAsync(queue, control.ResumeQueueAsync, reader, caller, cancellationToken);

    private static async Task<Results<Ok<QueueResponse>, ProblemHttpResult>> ChangeAsync(
        string name, Func<string, CancellationToken, Task> change, JobReader reader, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin())
        {
            return TypedResults.Problem("Only administrators pause and resume queues.", statusCode: StatusCodes.Status403Forbidden);
        }

        if (await reader.FindQueueAsync(name, cancellationToken) is null)
        {
            return JobProblems.QueueNotFound(name);
        }

        await change(name, cancellationToken);
        return await reader.FindQueueAsync(name, cancellationToken) is { } queue
            ? TypedResults.Ok(queue.ToResponse())
            : JobProblems.QueueNotFound(name);
    }
}
