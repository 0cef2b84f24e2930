using System.Security.Claims;
using Forge.Api.Accounts;
using Forge.Api.Jobs;
using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Contracts;
using Forge.Data.Uploads;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Api.Uploads;

internal static class UploadEndpoints
{
    private const long MaxImageBytes = 20 * 1024 * 1024;
    private const long MaxImportBytes = 100 * 1024 * 1024;

    public static void MapUploads(this IEndpointRouteBuilder routes)
    {
        var uploads = routes.MapGroup("").WithTags("Uploads").RequireAuthorization().InLane(Lane.Durable);
        uploads.MapPost("/images", UploadImage)
            .WithSummary("Send one image of up to 20 MB; its thumbnail of at most 320 x 320 pixels becomes the job's result")
            .WithDescription($"The image is a {ImageSignature.Formats} with at most 50 million pixels; its content decides, not its name. The thumbnail is upright, without metadata, a JPEG or, where the image may be transparent, a PNG.")
            .TakesFile(MaxImageBytes);
        uploads.MapPost("/imports", UploadImport)
            .WithSummary("Send one CSV file of up to 100 MB with sales; the job stores its rows and tells which were rejected")
            .WithDescription("UTF-8. The first line names the columns, in any order: sold_on (2025-12-31), region, product, quantity (a whole number of at least 1) and unit_price (a point before at most 2 decimals). The job's result is {rows, rejected, errors: [{line, column, reason}]}.")
            .TakesFile(MaxImportBytes);
    }

    private static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder route, long maxBytes) =>
        route.Accepts<IFormFile>("multipart/form-data").ProducesProblem(StatusCodes.Status503ServiceUnavailable).WithMetadata(new RequestSizeLimitAttribute(maxBytes + UploadReader.Overhead), new RepeatableByKey());

    private static Task<Results<Accepted<JobResponse>, ValidationProblem, ProblemHttpResult>> UploadImage(
        HttpRequest request,
        UploadReader uploads,
        UploadDesk desk,
        JobReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken,
        [FromHeader(Name = JobRequestReader.IdempotencyHeader)] string? idempotencyKey = null) =>
        TakeAsync(
            request,
            uploads,
            MaxImageBytes,
            CheckImageAsync,
            id => JobRequest.For(JobKinds.ImageThumbnail, new ThumbnailPayload(id)),
            desk,
            reader,
            caller,
            idempotencyKey,
            cancellationToken);

    private static Task<Results<Accepted<JobResponse>, ValidationProblem, ProblemHttpResult>> UploadImport(
        HttpRequest request,
        UploadReader uploads,
        UploadDesk desk,
        JobReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken,
        [FromHeader(Name = JobRequestReader.IdempotencyHeader)] string? idempotencyKey = null) =>
        TakeAsync(
            request,
            uploads,
            MaxImportBytes,
            (_, _) => Task.FromResult<ProblemHttpResult?>(null), // what is in it, the job finds out
            id => JobRequest.For(JobKinds.PipelineImport, new ImportPayload(id)),
            desk,
            reader,
            caller,
            idempotencyKey,
            cancellationToken);

    private static async Task<Results<Accepted<JobResponse>, ValidationProblem, ProblemHttpResult>> TakeAsync(
        HttpRequest request,
        UploadReader uploads,
        long maxBytes,
        Func<ReceivedFile, CancellationToken, Task<ProblemHttpResult?>> check,
        Func<Guid, JobRequest> createJob,
        UploadDesk desk,
        JobReader reader,
        ClaimsPrincipal caller,
        string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        JobRequestReader.CheckIdempotencyKey(idempotencyKey, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        switch (await uploads.ReadAsync(request, maxBytes, cancellationToken))
        {
            case UploadReadResult.Refused(var problem):
                return problem;
            case UploadReadResult.Received(var file):
                await using (file)
                {
                    if (await check(file, cancellationToken) is { } refused)
                    {
                        return refused;
                    }

                    return await desk.TakeAsync(file, caller.GetUserId(), idempotencyKey, createJob, cancellationToken) switch
                    {
                        EnqueueResult.IdempotencyConflict(var first) => JobProblems.IdempotencyConflict(first),
                        var enqueued when await reader.FindAsync(enqueued.JobId, cancellationToken) is { } job => job.ToAccepted(),
                        _ => JobProblems.NotFound(),
                    };
                }

            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    private static async Task<ProblemHttpResult?> CheckImageAsync(ReceivedFile file, CancellationToken cancellationToken)
    {
        var beginning = new byte[ImageSignature.Length];
        var count = await file.Content.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false, cancellationToken);
        file.Content.Position = 0;
        return ImageSignature.Matches(beginning.AsSpan(0, count))
            ? null
            : TypedResults.Problem($"The file is not an image that can be used here. Send a {ImageSignature.Formats}.", statusCode: StatusCodes.Status415UnsupportedMediaType);
    }
}
