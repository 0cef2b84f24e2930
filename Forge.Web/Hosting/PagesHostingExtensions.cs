using Forge.Web.Pages.Accounts;

namespace Forge.Web.Hosting;

internal static class PagesHostingExtensions
{
    /// <summary>Adds the Razor Pages, the rule which folders need a sign-in, and what happens when the API ends a session.</summary>
    public static TBuilder AddForgePages<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddRouting(routing => routing.LowercaseUrls = true);
        builder.Services.AddRazorPages(pages =>
        {
            pages.Conventions.AuthorizeFolder("/Jobs");
            pages.Conventions.AuthorizeFolder("/Journeys");
            pages.Conventions.AuthorizeFolder("/Reports");
            pages.Conventions.ConfigureFilter(new EndedSessionFilter());
        });
        return builder;
    }
}
