namespace Forge.Sandbox.Payments;

/// <summary>Money taken, once.</summary>
public sealed record Capture(string CaptureId, string OrderId, decimal Amount, string Currency, string IdempotencyKey, DateTimeOffset CapturedAt)
{
    internal bool Answers(CaptureRequest request) =>
        OrderId == request.OrderId && Amount == request.Amount && Currency == request.Currency;
}
