using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

/// <summary>The errors of the durable lane, each with what to do about it.</summary>
internal static class JobProblems
{
    public static ProblemHttpResult NotFound() =>
        TypedResults.Problem("There is no such job among yours. It may have been deleted; GET /forge/jobs lists those that are left.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult QueueNotFound(string queue) =>
        TypedResults.Problem($"There is no queue '{queue}'. GET /forge/queues lists them.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult ScheduleNotFound() =>
        TypedResults.Problem("There is no such schedule. GET /forge/schedules lists those that you may see.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult SchedulesAreForAdmins() =>
        TypedResults.Problem("Only administrators change and run schedules.", statusCode: StatusCodes.Status403Forbidden);

    public static ProblemHttpResult NotRunnable(string reason) =>
        TypedResults.Problem($"{reason} PUT the schedule again with a kind and a payload that are known here.", statusCode: StatusCodes.Status409Conflict);

    public static ProblemHttpResult InternalKind(string kind) =>
        TypedResults.Problem($"Only the app itself and administrators enqueue '{kind}'.", statusCode: StatusCodes.Status403Forbidden);

    public static ProblemHttpResult UniqueKeyTaken(Guid jobId) =>
        Conflict("A live job of yours holds this unique key. Wait for it, cancel it, or use another key.", "jobId", jobId);

    public static ProblemHttpResult UniqueKeyTaken(Guid? jobId, int index) =>
        Conflict($"A live job of yours holds the unique key of jobs[{index}]; none of the batch was enqueued. Wait for that job, cancel it, or use another key.", "jobId", jobId);

    public static ProblemHttpResult WrongState(JobState state, string advice) =>
        Conflict($"The job is {state.ToName()}. {advice}", "state", state.ToName());

    public static ProblemHttpResult IdempotencyConflict(Guid jobId) =>
        TypedResults.Problem(
            "This Idempotency-Key was used with another request. Send the same request again, or use a new key.",
            statusCode: StatusCodes.Status422UnprocessableEntity,
            extensions: new Dictionary<string, object?> { ["jobId"] = jobId });

    private static ProblemHttpResult Conflict(string detail, string extension, object? value) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict, extensions: new Dictionary<string, object?> { [extension] = value });
}
