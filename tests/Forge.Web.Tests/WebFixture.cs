using System.Collections.Concurrent;
using System.Net;
using System.Xml.Linq;
using Forge.Contracts;
using Forge.Web.Tests.Journeys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace Forge.Web.Tests;

/// <summary>The web server in memory, with a fake API behind it and a clock of the test's own.</summary>
internal sealed class WebFixture : WebApplicationFactory<Program>
{
    public const string BrowserAddress = "203.0.113.7";

    public FakeApi Api { get; } = new();

    public ShiftedClock Clock { get; } = new();

    public Dictionary<string, string> Settings { get; } = new() { ["Dashboard:Url"] = "http://dashboard", ["Dashboard:ApiKey"] = FakeDashboard.Key };

    /// <summary>A browser of a user who has just signed in with an access token that is good for an hour.</summary>
    public async Task<Browser> SignInAsync(string accessToken = "access-1")
    {
        Api.On("POST /forge/login", HttpStatusCode.OK, Tokens(accessToken, "refresh-1"));
        var browser = OpenBrowser();
        await browser.SubmitAsync("/accounts/signin", new() { ["Input.Email"] = "ada@example.com", ["Input.Password"] = "correct horse" });
        return browser;
    }

    public Browser OpenBrowser() => new(CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false }));

    public static TokenResponse Tokens(string access, string refresh) =>
        new("Bearer", access, (long)TimeSpan.FromHours(1).TotalSeconds, refresh);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder
            .UseUrls("http://127.0.0.1:0") // for a browser; not UseKestrel(0), which sets the address while the app may have started already
            .UseSetting("ConnectionStrings:forgedb", "Host=there-is-no-database")
            .UseSetting("Aspire:Npgsql:DisableHealthChecks", "true")
            .ConfigureTestServices(Replace);
        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }
    }

    private void Replace(IServiceCollection services)
    {
        // The keys of the cookies lie in memory, so no database is needed.
        services.Remove(services.Single(service => service.ImplementationType?.Name == "DatabaseMigrator"));
        services.PostConfigure<KeyManagementOptions>(keys => keys.XmlRepository = new KeysInMemory());
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IStartupFilter, ComesFromBrowserAddress>();
        services.ConfigureAll<HttpClientFactoryOptions>(http =>
            http.HttpMessageHandlerBuilderActions.Add(handlers => handlers.PrimaryHandler = Api));
    }

    private sealed class KeysInMemory : IXmlRepository
    {
        private readonly ConcurrentQueue<XElement> _keys = [];

        public IReadOnlyCollection<XElement> GetAllElements() => _keys;

        public void StoreElement(XElement element, string friendlyName) => _keys.Enqueue(element);
    }

    // The server in memory knows no addresses.
    private sealed class ComesFromBrowserAddress : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(BrowserAddress);
                return following(context);
            });
            next(app);
        };
    }
}
