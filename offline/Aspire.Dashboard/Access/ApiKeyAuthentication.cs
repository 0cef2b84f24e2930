using System.Security.Claims;
using System.Text.Encodings.Web;
using Aspire.Dashboard.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Dashboard.Access;

/// <summary>Lets scripts in that show the API key.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, DashboardSettings settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string Header = "X-API-Key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!settings.ApiKey.Matches(Request.Headers[Header]))
        {
            return Task.FromResult(AuthenticateResult.Fail("The API key is missing or wrong."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "script")], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }
}
