using System.ComponentModel.DataAnnotations;

namespace Forge.Sandbox.Payments;

public sealed record CaptureRequest(
    [property: Required, StringLength(64, MinimumLength = 1)] string OrderId,
    [property: Range(typeof(decimal), "0.01", "1000000000", ParseLimitsInInvariantCulture = true)] decimal Amount,
    [property: Required, RegularExpression("^[A-Z]{3}$", ErrorMessage = "The currency must be three capital letters, for example EUR.")] string Currency);
