namespace Forge.Contracts;

/// <summary>A payment to be captured.</summary>
/// <param name="OrderId">1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</param>
/// <param name="Amount">0.01 to 1,000,000,000 in the currency's main unit, with no more decimals than the currency has.</param>
/// <param name="Currency">The ISO 4217 code of a currency in use, for example EUR.</param>
public sealed record PaymentRequest(string OrderId, decimal Amount, string Currency);

/// <summary>A payment now. <c>Failure</c> says why it failed; <c>Job</c> is the job that captures it, null when it has been deleted.</summary>
/// <remarks>
/// <c>State</c> is <c>pending</c> until the gateway's answer is known: also while the job is a dead letter or gone, since the money may have been taken
/// without the answer arriving. <c>captured</c>: taken once and booked. <c>failed</c>: the gateway said no; retrying the job asks it again.
/// </remarks>
public sealed record PaymentResponse(
    Guid Id,
    string OrderId,
    decimal Amount,
    string Currency,
    string State,
    string? Failure,
    string? CaptureId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    PaymentJobResponse? Job);

/// <summary>Where the job of a payment stands; while it is not finished, the payment will change by itself.</summary>
public sealed record PaymentJobResponse(Guid Id, string State, int Attempt, int MaxAttempts, string Self);
