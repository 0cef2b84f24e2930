using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Forge.Web.Pages.Accounts;

internal static class SessionHostingExtensions
{
    /// <summary>Adds the sign-in by cookie. The cookie is encrypted and carries the API's tokens; no script can read it.</summary>
    public static TBuilder AddSession<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddScoped<SessionEvents>();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(session =>
        {
            session.Cookie.Name = "forge.session";
            session.Cookie.HttpOnly = true;
            session.Cookie.SameSite = SameSiteMode.Lax;
            session.ExpireTimeSpan = TimeSpan.FromDays(14);
            session.SlidingExpiration = true;
            session.LoginPath = "/accounts/signin";
            session.AccessDeniedPath = "/error";
            session.ReturnUrlParameter = "returnUrl";
            session.EventsType = typeof(SessionEvents);
        });
        return builder;
    }
}
