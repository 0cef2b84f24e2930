using System.Security.Claims;
using Forge.Contracts;
using Forge.Web.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Forge.Web.Pages.Accounts;

internal static class SessionExtensions
{
    /// <summary>Starts the browser's session with the tokens that the API gave for <paramref name="email"/>.</summary>
    public static async Task StartSessionAsync(this HttpContext context, string email, TokenResponse tokens)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, email)], CookieAuthenticationDefaults.AuthenticationScheme);
        var properties = new AuthenticationProperties();
        properties.StoreTokens(tokens, context.RequestServices.GetRequiredService<TimeProvider>());
        await context.SignInAsync(new ClaimsPrincipal(identity), properties);
    }
}
