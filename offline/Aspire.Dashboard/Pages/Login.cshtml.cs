using System.Security.Claims;
using Aspire.Dashboard.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Dashboard.Pages;

/// <summary>Takes a browser in that shows the token of the login link.</summary>
[AllowAnonymous]
public sealed class LoginModel(IServiceProvider services) : PageModel
{
    private readonly LoginLink _link = services.GetRequiredService<LoginLink>();

    /// <summary>Where to go after that.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Whether a token was shown that is not the right one.</summary>
    public bool IsWrong { get; private set; }

    /// <summary>The login link, or a page that asks for a token.</summary>
    public async Task<IActionResult> OnGetAsync(string? t)
    {
        if (User.Identity?.IsAuthenticated == true)
        {
            // Somebody who is in already does not use up the link.
            return Done();
        }

        return t is null ? Page() : await TryAsync(t);
    }

    /// <summary>A token that was typed.</summary>
    public Task<IActionResult> OnPostAsync(string? token) => TryAsync(token?.Trim());

    private async Task<IActionResult> TryAsync(string? token)
    {
        if (!_link.TryUse(token))
        {
            IsWrong = true;
            Response.StatusCode = 401;
            return Page();
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "browser")], CookieAuthenticationDefaults.AuthenticationScheme);
        await HttpContext.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
        return Done();
    }

    private LocalRedirectResult Done() => Url.IsLocalUrl(ReturnUrl) ? LocalRedirect(ReturnUrl) : LocalRedirect("/");
}
