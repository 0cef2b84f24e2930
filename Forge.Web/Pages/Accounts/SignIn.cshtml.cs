using System.ComponentModel.DataAnnotations;
using System.Net;
using Forge.Contracts;
using Forge.Web.Api;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Refit;

namespace Forge.Web.Pages.Accounts;

public sealed class SignInModel(IForgeApi api) : PageModel
{
    [BindProperty]
    public Form Input { get; set; } = new();

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [TempData]
    public string? Notice { get; set; }

    [TempData]
    public string? NewEmail { get; set; }

    public void OnGet() => Input.Email = NewEmail ?? "";

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        try
        {
            var tokens = await api.LoginAsync(new LoginRequest(Input.Email, Input.Password), cancellationToken);
            await HttpContext.StartSessionAsync(Input.Email, tokens);
        }
        catch (ApiException refusal) when (refusal.StatusCode == HttpStatusCode.Unauthorized)
        {
            ModelState.AddModelError("", "There is no account with this email address and password.");
            return Page();
        }
        catch (ApiException failure) when (ModelState.TryAddProblem(failure, nameof(Input)))
        {
            return Page();
        }

        // Only addresses of this site: another one would make this page a springboard for phishing.
        return Url.IsLocalUrl(ReturnUrl) ? LocalRedirect(ReturnUrl) : RedirectToPage("/Jobs/Index");
    }

    public sealed class Form
    {
        [Required(ErrorMessage = "Enter your email address.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "Enter your password.")]
        public string Password { get; set; } = "";
    }
}
