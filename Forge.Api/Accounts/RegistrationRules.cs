using Forge.Api.Problems;
using Forge.Contracts;

namespace Forge.Api.Accounts;

internal static class RegistrationRules
{
    public const int MinPasswordLength = 8;
    public const int MaxPasswordLength = 128;

    private const int MaxUsernameLength = 64;

    public static FieldErrors Check(RegisterRequest request)
    {
        var errors = new FieldErrors();
        errors.Add("email", EmailAddress.TryNormalize(request.Email, out _) ? null : EmailAddress.Rule);
        errors.Add("username", IsUsername(request.Username) ? null : $"Give a name of 1 to {MaxUsernameLength} printable characters, without blanks around it.");
        errors.Add("password", IsPassword(request.Password) ? null : $"Give a password of {MinPasswordLength} to {MaxPasswordLength} characters, or none at all.");
        return errors;
    }

    private static bool IsUsername(string? username) =>
        username is { Length: > 0 and <= MaxUsernameLength }
        && !username.Any(char.IsControl)
        && !char.IsWhiteSpace(username[0])
        && !char.IsWhiteSpace(username[^1]);

    private static bool IsPassword(string? password) => password is null or { Length: >= MinPasswordLength and <= MaxPasswordLength };
}
