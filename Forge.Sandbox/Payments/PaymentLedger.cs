namespace Forge.Sandbox.Payments;

/// <summary>The captures, each under its idempotency key. The oldest is forgotten when there are too many.</summary>
internal sealed class PaymentLedger(TimeProvider timeProvider)
{
    private const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Capture> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<Capture> _inOrder = new();

    /// <summary>Captures once per key: whoever comes second with a key, even at the same moment, gets the first one's capture.</summary>
    public Capture GetOrCapture(string idempotencyKey, CaptureRequest request)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(idempotencyKey, out var earlier))
            {
                return earlier;
            }

            var capture = new Capture($"cap_{Guid.CreateVersion7():N}", request.OrderId, request.Amount, request.Currency, idempotencyKey, timeProvider.GetUtcNow());
            _byKey.Add(idempotencyKey, capture);
            _inOrder.Enqueue(capture);
            if (_inOrder.Count > Capacity)
            {
                _byKey.Remove(_inOrder.Dequeue().IdempotencyKey);
            }

            return capture;
        }
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Capture> List()
    {
        lock (_lock)
        {
            return [.. _inOrder.Reverse()];
        }
    }
}
