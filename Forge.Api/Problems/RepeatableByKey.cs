namespace Forge.Api.Problems;

/// <summary>Marks a route on which requests with the same <c>Idempotency-Key</c> are carried out once.</summary>
internal sealed class RepeatableByKey
{
    public const string Header = "Idempotency-Key";
}
