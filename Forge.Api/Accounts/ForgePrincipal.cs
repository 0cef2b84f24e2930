using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.BearerToken;

namespace Forge.Api.Accounts;

/// <summary>What a token says about its bearer.</summary>
internal static class ForgePrincipal
{
    public const string AdminRole = "admin";

    private const string StampClaim = "stamp";

    public static ClaimsPrincipal Create(User user)
    {
        var identity = new ClaimsIdentity(BearerTokenDefaults.AuthenticationScheme);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, user.Id.ToString()));
        identity.AddClaim(new Claim(ClaimTypes.Name, user.Username));
        identity.AddClaim(new Claim(StampClaim, user.Stamp));
        if (user.IsAdmin)
        {
            identity.AddClaim(new Claim(ClaimTypes.Role, AdminRole));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>The signed-in user's id, or null for an anonymous caller.</summary>
    public static Guid? FindUserId(this ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>The signed-in user's id, on routes that nobody else reaches.</summary>
    public static Guid GetUserId(this ClaimsPrincipal principal) =>
        principal.FindUserId() ?? throw new InvalidOperationException("The route is open to anonymous callers.");

    public static bool IsAdmin(this ClaimsPrincipal principal) => principal.IsInRole(AdminRole);

    /// <summary>Whether <paramref name="principal"/> was made of the user as it is now.</summary>
    public static bool IsCurrent(this ClaimsPrincipal principal, User user) => principal.FindFirstValue(StampClaim) == user.Stamp;
}
