using System.Net;
using Forge.Contracts;
using Forge.Web.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Refit;

namespace Forge.Web.Pages.Accounts;

/// <summary>Keeps a session's access token fresh, and ends the session when the API refuses to renew it.</summary>
internal sealed partial class SessionEvents(IForgeApi api, TimeProvider time, ILogger<SessionEvents> logger) : CookieAuthenticationEvents
{
    private static readonly TimeSpan RenewBeforeExpiry = TimeSpan.FromMinutes(2);

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        if (context.Properties.GetAccessTokenExpiry() - time.GetUtcNow() > RenewBeforeExpiry)
        {
            return;
        }

        try
        {
            var refreshToken = context.Properties.GetRefreshToken() ?? "";
            var tokens = await api.RefreshAsync(new RefreshRequest(refreshToken), context.HttpContext.RequestAborted);
            context.Properties.StoreTokens(tokens, time);
            context.ShouldRenew = true;
        }
        catch (ApiException refusal) when (refusal.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest)
        {
            LogSessionEnded(refusal.StatusCode);
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync();
        }
        catch (Exception failure) when (ApiFailure.IsFromApi(failure))
        {
            // The old token may still do; where it does not, the page's own call says so.
            LogRefreshFailed(failure);
        }
    }

    [LoggerMessage(LogLevel.Information, "The API refused to renew a session ({StatusCode}); the user is signed out.")]
    private partial void LogSessionEnded(HttpStatusCode statusCode);

    [LoggerMessage(LogLevel.Warning, "A session could not be renewed; its present token is used as long as it lasts.")]
    private partial void LogRefreshFailed(Exception exception);
}
