using Forge.Data.Payments;

namespace Forge.Api.Payments;

/// <summary>What became of a request to pay.</summary>
internal abstract record PlacePaymentResult
{
    private PlacePaymentResult()
    {
    }

    /// <summary>The payment and its job are committed, now or by the same request before.</summary>
    public sealed record Placed(Guid PaymentId, Guid JobId) : PlacePaymentResult;

    /// <summary>Another request used the idempotency key before.</summary>
    public sealed record KeyConflict(Guid JobId) : PlacePaymentResult;

    /// <summary>The same request was made before, and its job has been deleted since.</summary>
    public sealed record JobGone(Payment First) : PlacePaymentResult;
}
