using Forge.Api.Accounts;
using Forge.TestServers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Forge.Api.Tests.Infrastructure;

/// <summary>The API on a real socket over real stores; the outside world is faked at its edges.</summary>
public sealed class ApiFactory : WebApplicationFactory<Program>
{
    public const string AdminPassword = "the-admin-password";

    /// <summary>For a connection string: a busy machine, or a lock that a test holds, is no outage. The tests of outages keep the limits of the product.</summary>
    public const string Patience = ";Timeout=10;Command Timeout=20";

    private readonly Dictionary<string, string?> _settings;

    public ApiFactory(Stores stores, params (string Key, string Value)[] settings)
    {
        _settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:forgedb"] = stores.Database + Patience,
            ["ConnectionStrings:redis"] = stores.Redis,
            ["Mail:Server"] = Smtp.Address.ToString(),
            ["Accounts:AdminPassword"] = AdminPassword,
            ["RateLimits:Requests"] = "100000",
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        UseKestrel();
    }

    public FakeSmtpServer Smtp { get; } = new();

    public FakeSandbox Sandbox { get; } = new();

    public FakeLogCollector Logs => Services.GetFakeLogCollector();

    internal CountingPasswordHasher Hasher => (CountingPasswordHasher)Services.GetRequiredService<IPasswordHasher<User>>();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Smtp.DisposeAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseUrls("http://127.0.0.1:0"); // Not UseKestrel(0): that sets the address while the app may have started already, and fails then.
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddFakeLogging());
        builder.ConfigureTestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<User>, CountingPasswordHasher>());
            services.ConfigureAll<HttpClientFactoryOptions>(options =>
                options.HttpMessageHandlerBuilderActions.Add(handler => handler.PrimaryHandler = Sandbox.CreateHandler()));
        });
    }
}
