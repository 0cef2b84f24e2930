using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Forge.Contracts;
using Forge.IntegrationTests;
using Forge.IntegrationTests.Telemetry;
using Refit;

[assembly: AssemblyFixture(typeof(AppFixture))]

namespace Forge.IntegrationTests;

/// <summary>The whole application, started once for all tests from its own AppHost, on random ports and with data of its own.</summary>
public sealed class AppFixture : IAsyncLifetime
{
    public const string AdminPassword = "an-admin-password-of-the-tests";

    public const string DashboardToken = "a-browser-token-of-the-tests";

    public const string DashboardApiKey = "a-dashboard-key-of-the-tests";

    /// <summary>Processes of this machine, as everywhere; <c>containers</c> where <c>test.sh</c> has found an engine.</summary>
    private static readonly string Stores = Environment.GetEnvironmentVariable("FORGE_STORES") ?? "native";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    private readonly ProcessMarker _marker = new();
    private DistributedApplication? _app;

    public DateTime StartedAtUtc { get; } = TimeProvider.System.GetUtcNow().UtcDateTime;

    /// <summary>The dashboard shows metrics and has no route for them, so the services send theirs here.</summary>
    internal MetricReceiver Metrics { get; } = new();

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The application has not been started.");

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable(ProcessMarker.Variable, _marker.Value);
        using var timeout = new CancellationTokenSource(StartTimeout);
        var appHost = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Forge_AppHost>(
            [$"--Stores={Stores}", "--Data=discard", "--Lab:Enabled=true", $"--Parameters:admin-password={AdminPassword}", $"--AppHost:DashboardApiKey={DashboardApiKey}",
                $"--ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN={DashboardToken}"],
            (options, _) => options.DisableDashboard = false, // It is where the telemetry goes.
            timeout.Token);
        await Metrics.ReceiveFromAsync(appHost.Resources.OfType<ProjectResource>());

        _app = await appHost.BuildAsync(timeout.Token);
        await _app.StartAsync(timeout.Token);
        foreach (var name in (string[])["sandbox", "api", "worker", "web"])
        {
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(name, timeout.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        await Metrics.DisposeAsync();
        await _marker.WaitUntilNoneIsLeftAsync(CancellationToken.None); // The control plane's included, which ends last.
    }

    public HttpClient CreateClient(string resourceName) => App.CreateHttpClient(resourceName, "http");

    /// <summary>The API as an anonymous caller sees it.</summary>
    public IForgeApi CreateApi() => RestService.ForGenerated<IForgeApi>(CreateClient("api"));

    /// <summary>The API as a user sees it who has just registered and signed in.</summary>
    public async Task<HttpClient> CreateUserClientAsync(CancellationToken cancellationToken)
    {
        var email = NewEmail();
        const string Password = "correct horse battery staple";
        await CreateApi().RegisterAsync(new RegisterRequest(email, "Ada Lovelace", Password), cancellationToken);
        return await CreateClientAsync(email, Password, cancellationToken);
    }

    public Task<HttpClient> CreateAdminClientAsync(CancellationToken cancellationToken) =>
        CreateClientAsync("admin@forge.local", AdminPassword, cancellationToken);

    public static string NewEmail() => $"ada-{Guid.NewGuid():N}@example.com";

    private async Task<HttpClient> CreateClientAsync(string email, string password, CancellationToken cancellationToken)
    {
        var tokens = await CreateApi().LoginAsync(new LoginRequest(email, password), cancellationToken);
        var client = CreateClient("api");
        client.DefaultRequestHeaders.Authorization = new(tokens.TokenType, tokens.AccessToken);
        return client;
    }
}
