using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Refit;

namespace Forge.Web.Pages.Accounts;

/// <summary>Signs out and asks to sign in again when the API no longer accepts the session's token.</summary>
internal sealed class EndedSessionFilter : IAsyncExceptionFilter
{
    public async Task OnExceptionAsync(ExceptionContext context)
    {
        if (context.Exception is ApiException { StatusCode: HttpStatusCode.Unauthorized })
        {
            var request = context.HttpContext.Request;
            await context.HttpContext.SignOutAsync();
            context.Result = new RedirectToPageResult("/Accounts/SignIn", new { returnUrl = request.Path + request.QueryString });
        }
    }
}
