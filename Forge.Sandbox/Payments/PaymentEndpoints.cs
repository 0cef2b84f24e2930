using Forge.Sandbox.Faults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Sandbox.Payments;

internal static class PaymentEndpoints
{
    private const string IdempotencyHeader = "Idempotency-Key";
    private const int LongestKey = 255;

    public static void AddPayments(this WebApplicationBuilder builder) => builder.Services.AddSingleton<PaymentLedger>();

    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("/v1/payments").WithPlainRouteNames();
        payments.MapGet("/", ListCaptures);
        payments.MapPost("/capture", CapturePayment);
    }

    private static Ok<IReadOnlyList<Capture>> ListCaptures(PaymentLedger ledger) => TypedResults.Ok(ledger.List());

    /// <summary>
    /// A fault's failure comes before the capture, its delay after it. So a client that gives up waiting leaves a captured
    /// payment behind, as with a real provider, and only a client that repeats its key charges once.
    /// </summary>
    private static async Task<Results<Ok<Capture>, ProblemHttpResult>> CapturePayment(
        [FromBody] CaptureRequest request,
        [FromHeader(Name = IdempotencyHeader)] string? idempotencyKey,
        PaymentLedger ledger,
        FaultBoard faults,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(idempotencyKey) || idempotencyKey.Length > LongestKey)
        {
            return TypedResults.Problem($"The header {IdempotencyHeader} is required, with 1 to {LongestKey} characters.", statusCode: StatusCodes.Status400BadRequest);
        }

        var fault = faults[FaultTarget.Payments];
        if (fault.Strikes())
        {
            return TypedResults.Problem("A fault is set for payments. Nothing was captured.", statusCode: fault.Status);
        }

        var capture = ledger.GetOrCapture(idempotencyKey, request);
        if (!capture.Answers(request))
        {
            return TypedResults.Problem(
                $"This {IdempotencyHeader} was used for another payment. Use a new key for a new payment.", statusCode: StatusCodes.Status422UnprocessableEntity);
        }

        await fault.DelayAsync(timeProvider, cancellationToken);
        return TypedResults.Ok(capture);
    }
}
