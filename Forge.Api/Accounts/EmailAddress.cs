using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Forge.Api.Accounts;

internal static partial class EmailAddress
{
    public const string Rule = "Give an email address such as ada@example.org, at most 254 characters long.";

    private const int MaxLength = 254;
    private const int MaxLocalLength = 64;

    /// <summary>The form under which an address is unique, whatever its case; false where <paramref name="email"/> is not an address.</summary>
    public static bool TryNormalize([NotNullWhen(true)] string? email, [NotNullWhen(true)] out string? normalized)
    {
        var isAddress = email is { Length: <= MaxLength } && email.IndexOf('@', StringComparison.Ordinal) <= MaxLocalLength && Address.IsMatch(email);
        normalized = isAddress ? email!.ToLowerInvariant() : null;
        return isAddress;
    }

    // What HTML takes for an address, without the doubled and dangling dots that mail servers refuse.
    [GeneratedRegex(
        """^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+\z""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Address { get; }
}
