using Refit;

namespace Forge.Worker.Payments;

/// <summary>The payment gateway of the outside world. The same key gets the same answer, and takes the money once.</summary>
internal interface ISandboxPayments
{
    [Post("/v1/payments/capture")]
    Task<ApiResponse<CaptureAnswer>> CaptureAsync([Body] CaptureRequest request, [Header("Idempotency-Key")] string idempotencyKey, CancellationToken cancellationToken);
}

internal sealed record CaptureRequest(string OrderId, decimal Amount, string Currency);

internal sealed record CaptureAnswer(string CaptureId);
