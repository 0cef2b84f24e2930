using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Dashboard.Access;

/// <summary>Who may use the pages and the JSON API: a browser that came by the login link, and scripts with the API key. Everything asks for one of the two unless it says otherwise.</summary>
internal static class DashboardAccess
{
    private const string EitherScheme = "CookieOrApiKey";
    private const string CookieName = ".Aspire.Dashboard.Auth";
    private const string AntiforgeryCookieName = ".Aspire.Dashboard.Antiforgery";

    /// <summary>The header in which a script of the pages shows the antiforgery token.</summary>
    public const string AntiforgeryHeader = "RequestVerificationToken";

    public static void AddDashboardAccess(this IServiceCollection services)
    {
        KeysInMemory.AddTo(services);
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = AntiforgeryCookieName;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.HeaderName = AntiforgeryHeader;
        });
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, displayName: null, options =>
                options.ForwardDefaultSelector = context => context.Request.Headers.ContainsKey(ApiKeyAuthentication.Header) ? ApiKeyAuthentication.SchemeName : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, configureOptions: null)
            .AddCookie(options =>
            {
                options.Cookie.Name = CookieName;
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.LoginPath = "/login";
                options.ReturnUrlParameter = "returnUrl";
                options.ExpireTimeSpan = TimeSpan.FromDays(3);
                options.Events.OnRedirectToLogin = ChallengeAsync;
            });
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    /// <summary>Refuses a change that a browser sends without the token of one of the dashboard's own pages. A script with the API key needs none: no other site can make a browser send it.</summary>
    public static TBuilder RequireAntiforgery<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var isScript = http.User.Identity?.AuthenticationType == ApiKeyAuthentication.SchemeName;
            return isScript || await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http)
                ? await next(context)
                : Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "The antiforgery token is missing or old", detail: "Load the page again.");
        });

    // A person is sent to the login page; a script, or a page's script, is told.
    private static Task ChallengeAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
