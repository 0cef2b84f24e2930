using System.Security.Claims;
using Forge.Api.Accounts;
using Forge.Api.Jobs;
using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Api.Payments;

internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("/payments").WithTags("Payments").RequireAuthorization();
        payments.MapPost("/", PlacePayment)
            .WithSummary("Place a payment; it and the job that captures it are committed together before the answer")
            .WithMetadata(new RepeatableByKey())
            .InLane(Lane.Durable);
        payments.MapGet("/{id:guid}", GetPayment).WithSummary("Read a payment");
    }

    private static async Task<Results<Accepted<JobResponse>, ValidationProblem, ProblemHttpResult>> PlacePayment(
        PaymentRequest body,
        PaymentDesk desk,
        JobReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken,
        [FromHeader(Name = JobRequestReader.IdempotencyHeader)] string? idempotencyKey = null)
    {
        var errors = new FieldErrors();
        JobRequestReader.CheckIdempotencyKey(idempotencyKey, errors);
        PaymentRules.Check(body, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        return await desk.PlaceAsync(body, caller.GetUserId(), idempotencyKey, cancellationToken) switch
        {
            PlacePaymentResult.KeyConflict(var first) => JobProblems.IdempotencyConflict(first),
            PlacePaymentResult.JobGone(var first) => JobGone(first),
            PlacePaymentResult.Placed(var id, var jobId) when await reader.FindAsync(jobId, cancellationToken) is { } job => Accepted(job, id),
            _ => JobProblems.NotFound(),
        };
    }

    private static async Task<Results<Ok<PaymentResponse>, ProblemHttpResult>> GetPayment(
        Guid id, PaymentTable payments, JobReader reader, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (await payments.FindAsync(id, cancellationToken) is not { } payment || !(caller.IsAdmin() || payment.UserId == caller.GetUserId()))
        {
            return TypedResults.Problem("There is no such payment among yours. The answer to POST /forge/payments links to it.", statusCode: StatusCodes.Status404NotFound);
        }

        return TypedResults.Ok(ToResponse(payment, await reader.FindAsync(payment.JobId, cancellationToken)));
    }

    private static Accepted<JobResponse> Accepted(JobDetails job, Guid paymentId)
    {
        var response = job.ToResponse();
        return TypedResults.Accepted(response.Links.Self, response with { Links = response.Links with { Payment = Address(paymentId) } });
    }

    private static ProblemHttpResult JobGone(Payment first) =>
        TypedResults.Problem(
            $"This request was made before, and its job has been deleted since. GET {Address(first.Id)} tells what became of the payment; use a new Idempotency-Key to pay again.",
            statusCode: StatusCodes.Status409Conflict,
            extensions: new Dictionary<string, object?> { ["paymentId"] = first.Id });

    private static PaymentResponse ToResponse(Payment payment, JobDetails? job) => new(
        payment.Id,
        payment.OrderId,
        payment.Amount / 1.000m, // without the zeros that the column adds
        payment.Currency,
        payment.State.ToName(),
        payment.Failure,
        payment.CaptureId,
        payment.CreatedAt,
        payment.FinishedAt,
        job is null ? null : new PaymentJobResponse(job.Id, job.State.ToName(), job.Attempt, job.MaxAttempts, job.ToResponse().Links.Self));

    private static string Address(Guid id) => $"/forge/payments/{id}";
}
