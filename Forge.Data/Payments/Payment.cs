namespace Forge.Data.Payments;

/// <summary>A payment as it stands in Postgres.</summary>
/// <param name="Id">Also the idempotency key that the gateway is given, so that it takes the money once however often it is asked.</param>
/// <param name="UserId">Who pays.</param>
/// <param name="OrderId">What is paid for, in the user's own words.</param>
/// <param name="Amount">In the currency's main unit.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="JobId">The job that captures it; it may have been deleted.</param>
public sealed record Payment(Guid Id, Guid UserId, string OrderId, decimal Amount, string Currency, Guid JobId)
{
    public PaymentState State { get; init; }

    /// <summary>The <c>Idempotency-Key</c> that its request came with.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The gateway's name for the capture; there when it is captured.</summary>
    public string? CaptureId { get; init; }

    /// <summary>Why it failed; there when it did.</summary>
    public string? Failure { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}
