using System.Security.Claims;
using Forge.Api.Problems;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/jobs").WithTags("Jobs").RequireAuthorization();
        jobs.MapEnqueuing();
        jobs.MapGet("/", ListJobs).WithSummary("List your jobs, newest first; search finds an id, a unique key, an idempotency key or a trace id");
        jobs.MapPost("/bulk", BulkEndpoint.ChangeJobs).WithSummary("Retry, cancel or delete the jobs that a filter finds, or count them: yours or, for administrators, all");
        jobs.MapGet("/{id:guid}", GetJob).WithSummary("Read a job");
        jobs.MapGet("/{id:guid}/events", JobEventEndpoint.FollowJob).WithSummary("Follow a job as server-sent events: state, progress, then end");
        jobs.MapGet("/{id:guid}/result", JobResultEndpoint.GetResult).WithSummary("Read the result of a completed job: JSON or a file");
        jobs.MapPost("/{id:guid}/cancel", CancelJob).WithSummary("Cancel a job: at once while it waits, by a signal while it runs");
        jobs.MapPost("/{id:guid}/retry", RetryJob).WithSummary("Run a discarded or cancelled job again");
        jobs.MapDelete("/{id:guid}", DeleteJob).WithSummary("Delete a finished job and its result");
    }

    private static async Task<Results<Ok<Page<JobResponse>>, ValidationProblem>> ListJobs(
        JobReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken,
        string? state = null,
        string? kind = null,
        string? queue = null,
        string? search = null,
        Guid? after = null,
        int limit = 50)
    {
        // A form sends its empty fields, too.
        (state, kind, queue, search) = (OrNull(state), OrNull(kind), OrNull(queue), OrNull(search));
        var errors = new FieldErrors();
        var filterState = errors.ReadState("state", state);
        errors.CheckName("kind", kind, "kind");
        errors.CheckName("queue", queue, "queue");
        errors.CheckText("search", search);
        errors.Add("limit", limit is >= 1 and <= JobLimits.MaxPageSize ? null : $"must be a number from 1 to {JobLimits.MaxPageSize}");
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var filter = new JobFilter { Owner = caller.ToJobFilter(), State = filterState, Kind = kind, Queue = queue, Search = search };
        var page = await reader.ListAsync(filter, after, limit, cancellationToken);
        return TypedResults.Ok(new Page<JobResponse>([.. page.Items.Select(job => job.ToResponse())], page.Next?.ToString()));
    }

    private static async Task<Results<Ok<JobResponse>, ProblemHttpResult>> GetJob(
        Guid id, JobReader reader, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        await reader.FindVisibleAsync(id, caller, cancellationToken) is { } job
            ? TypedResults.Ok(job.ToResponse())
            : JobProblems.NotFound();

    private static async Task<Results<Accepted<JobResponse>, ProblemHttpResult>> CancelJob(
        Guid id, JobReader reader, JobControl control, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (await reader.FindVisibleAsync(id, caller, cancellationToken) is null)
        {
            return JobProblems.NotFound();
        }

        var result = await control.CancelAsync(id, cancellationToken);
        return await AnswerAsync(result, id, reader, "Only a job that is not finished can be cancelled.", cancellationToken);
    }

    private static async Task<Results<Accepted<JobResponse>, ProblemHttpResult>> RetryJob(
        Guid id, JobReader reader, JobControl control, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (await reader.FindVisibleAsync(id, caller, cancellationToken) is null)
        {
            return JobProblems.NotFound();
        }

        var result = await control.RetryAsync(id, cancellationToken);
        return await AnswerAsync(result, id, reader, "Only a discarded or cancelled job can be retried.", cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteJob(
        Guid id, JobReader reader, JobControl control, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (await reader.FindVisibleAsync(id, caller, cancellationToken) is null)
        {
            return JobProblems.NotFound();
        }

        return await control.DeleteAsync(id, cancellationToken) switch
        {
            JobChangeResult.Changed => TypedResults.NoContent(),
            JobChangeResult.WrongState(var state) => JobProblems.WrongState(state, "Only a finished job can be deleted; cancel it first."),
            _ => JobProblems.NotFound(),
        };
    }

    private static async Task<Results<Accepted<JobResponse>, ProblemHttpResult>> AnswerAsync(
        JobChangeResult result, Guid id, JobReader reader, string advice, CancellationToken cancellationToken) => result switch
        {
            JobChangeResult.WrongState(var state) => JobProblems.WrongState(state, advice),
            JobChangeResult.UniqueKeyTaken(var holder) => JobProblems.UniqueKeyTaken(holder),
            JobChangeResult.Changed when await reader.FindAsync(id, cancellationToken) is { } job => job.ToAccepted(),
            _ => JobProblems.NotFound(),
        };

    private static string? OrNull(string? filter) => filter is "" ? null : filter;
}
