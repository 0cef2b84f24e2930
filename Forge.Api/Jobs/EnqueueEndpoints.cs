using System.Security.Claims;
using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Api.Jobs;

internal static class EnqueueEndpoints
{
    private const int MaxBatch = 1_000;
    private const int MaxBatchBytes = 8 * 1024 * 1024;

    public static void MapEnqueuing(this IEndpointRouteBuilder jobs)
    {
        jobs.MapPost("/", EnqueueJob)
            .WithSummary("Enqueue a job; it is committed before the answer")
            .WithMetadata(new RepeatableByKey())
            .InLane(Lane.Durable);
        jobs.MapPost("/batch", EnqueueBatch)
            .WithSummary("Enqueue up to 1,000 jobs, all or none")
            .InLane(Lane.Durable)
            .WithMetadata(new RequestSizeLimitAttribute(MaxBatchBytes));
    }

    private static async Task<Results<Accepted<JobResponse>, ValidationProblem, ProblemHttpResult>> EnqueueJob(
        EnqueueJobRequest body,
        JobRequestReader requests,
        IJobQueue queue,
        JobReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken,
        [FromHeader(Name = JobRequestReader.IdempotencyHeader)] string? idempotencyKey = null)
    {
        if (requests.IsForbidden(body.Kind, caller))
        {
            return JobProblems.InternalKind(body.Kind);
        }

        var errors = new FieldErrors();
        JobRequestReader.CheckIdempotencyKey(idempotencyKey, errors);
        if (requests.Read(body, caller, errors) is not { } request || errors.Any)
        {
            return errors.ToProblem();
        }

        return await queue.EnqueueAsync(request with { IdempotencyKey = idempotencyKey }, cancellationToken) switch
        {
            EnqueueResult.UniqueKeyTaken(var holder) => JobProblems.UniqueKeyTaken(holder),
            EnqueueResult.IdempotencyConflict(var first) => JobProblems.IdempotencyConflict(first),
            var enqueued when await reader.FindAsync(enqueued.JobId, cancellationToken) is { } job =>
                job.ToAccepted(),
            _ => JobProblems.NotFound(),
        };
    }

    private static async Task<Results<Accepted<EnqueueBatchResponse>, ValidationProblem, ProblemHttpResult>> EnqueueBatch(
        EnqueueBatchRequest body,
        JobRequestReader requests,
        IJobQueue queue,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken,
        [FromHeader(Name = JobRequestReader.IdempotencyHeader)] string? idempotencyKey = null)
    {
        if (idempotencyKey is not null)
        {
            return FieldErrors.Problem(JobRequestReader.IdempotencyHeader, "is for single jobs; give each job of a batch a uniqueKey instead");
        }

        if (body.Jobs is not { Count: > 0 and <= MaxBatch } jobs)
        {
            return FieldErrors.Problem("jobs", $"must hold 1 to {MaxBatch} jobs");
        }

        if (jobs.FirstOrDefault(job => requests.IsForbidden(job?.Kind, caller)) is { } forbidden)
        {
            return JobProblems.InternalKind(forbidden.Kind);
        }

        var errors = new FieldErrors();
        var read = jobs.Select((job, index) => requests.Read(job, caller, errors, $"jobs[{index}].")).ToList();
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        return await queue.EnqueueManyAsync([.. read.OfType<JobRequest>()], cancellationToken) switch
        {
            EnqueueManyResult.Enqueued(var ids) => TypedResults.Accepted("/forge/jobs", new EnqueueBatchResponse(ids)),
            EnqueueManyResult.UniqueKeyTaken(var index, { } holder) => JobProblems.UniqueKeyTaken(holder, index),
            EnqueueManyResult.UniqueKeyTaken(var index, null) => FieldErrors.Problem($"jobs[{index}].uniqueKey", "is the key of an earlier job of this batch"),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }
}
