using System.ComponentModel.DataAnnotations;
using Forge.Contracts;
using Forge.Web.Api;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Refit;

namespace Forge.Web.Pages.Accounts;

public sealed class RegisterModel(IForgeApi api) : PageModel
{
    [BindProperty]
    public Form Input { get; set; } = new();

    [TempData]
    public string? Notice { get; set; }

    [TempData]
    public string? NewEmail { get; set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        try
        {
            var registered = await api.RegisterAsync(new RegisterRequest(Input.Email, Input.Username, Input.Password), cancellationToken);
            Notice = $"{registered.Detail} Sign in to start.";
            NewEmail = Input.Email;
            return RedirectToPage("SignIn");
        }
        catch (ApiException failure) when (ModelState.TryAddProblem(failure, nameof(Input)))
        {
            return Page();
        }
    }

    public sealed class Form
    {
        [Required(ErrorMessage = "Enter your email address.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "Enter the name you want to go by.")]
        public string Username { get; set; } = "";

        [Required(ErrorMessage = "Choose a password.")]
        public string Password { get; set; } = "";
    }
}
