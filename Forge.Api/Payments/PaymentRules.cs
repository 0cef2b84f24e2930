using System.Text.RegularExpressions;
using Forge.Api.Problems;
using Forge.Contracts;

namespace Forge.Api.Payments;

internal static partial class PaymentRules
{
    // The gateway's own bounds, so that what it would refuse is refused here.
    private const decimal MinAmount = 0.01m;
    private const decimal MaxAmount = 1_000_000_000m;

    public static void Check(PaymentRequest request, FieldErrors errors)
    {
        errors.Add("orderId", request.OrderId is { } orderId && OrderId.IsMatch(orderId) ? null : "must be 1 to 64 of A-Z, a-z, 0-9, ., _ and -");
        errors.Add("amount", request.Amount is >= MinAmount and <= MaxAmount ? null : "must be a number from 0.01 to 1000000000");
        if (!Currency.TryGetDecimals(request.Currency, out var decimals))
        {
            errors.Add("currency", "must be the ISO 4217 code of a currency in use, in capital letters, for example EUR");
        }
        else if (decimal.Round(request.Amount, decimals) != request.Amount)
        {
            errors.Add("amount", decimals == 0 ? $"must be a whole number: {request.Currency} has no decimals" : $"must have at most {decimals} decimals in {request.Currency}");
        }
    }

    [GeneratedRegex("""^[A-Za-z0-9._-]{1,64}\z""")]
    private static partial Regex OrderId { get; }
}
