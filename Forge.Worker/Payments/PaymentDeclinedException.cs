namespace Forge.Worker.Payments;

/// <summary>The gateway said no to a payment.</summary>
internal sealed class PaymentDeclinedException(string message) : Exception(message);
