using System.Globalization;
using Forge.Contracts;
using Microsoft.AspNetCore.Authentication;

namespace Forge.Web.Api;

/// <summary>The API's tokens, as they lie in the encrypted session cookie.</summary>
internal static class SessionTokens
{
    public const string AccessToken = "access_token";

    private const string RefreshToken = "refresh_token";
    private const string ExpiresAt = "expires_at";

    public static void StoreTokens(this AuthenticationProperties properties, TokenResponse tokens, TimeProvider time) =>
        properties.StoreTokens(
        [
            new() { Name = AccessToken, Value = tokens.AccessToken },
            new() { Name = RefreshToken, Value = tokens.RefreshToken },
            new()
            {
                Name = ExpiresAt,
                Value = time.GetUtcNow().AddSeconds(tokens.ExpiresIn).ToString("O", CultureInfo.InvariantCulture),
            },
        ]);

    public static string? GetRefreshToken(this AuthenticationProperties properties) => properties.GetTokenValue(RefreshToken);

    public static DateTimeOffset GetAccessTokenExpiry(this AuthenticationProperties properties) =>
        DateTimeOffset.TryParse(properties.GetTokenValue(ExpiresAt), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
            ? at
            : DateTimeOffset.MinValue;
}
