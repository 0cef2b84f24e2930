using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication;

namespace Forge.Web.Api;

/// <summary>Calls the API in the name of the browser's user: with the session's access token, and with the browser's address for the rate limits.</summary>
internal sealed class CallerHandler(IHttpContextAccessor accessor) : DelegatingHandler
{
    private const string ForwardedFor = "X-Forwarded-For";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext is { } context)
        {
            // The feature, not AuthenticateAsync: a session is refreshed through this handler while it is being authenticated.
            var session = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult;
            if (session?.Properties?.GetTokenValue(SessionTokens.AccessToken) is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            if (context.Connection.RemoteIpAddress is { } address)
            {
                request.Headers.Remove(ForwardedFor);
                request.Headers.Add(ForwardedFor, (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}
