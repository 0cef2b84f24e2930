using Aspire.Dashboard;
using Aspire.Dashboard.Access;
using Aspire.Dashboard.Hosting;
using Aspire.Dashboard.Otlp;
using Aspire.Dashboard.Telemetry;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

// The tests' own assembly is the AppHost of their applications.
[assembly: OfflineDashboard]

namespace Aspire.Dashboard.Tests;

/// <summary>An application with a dashboard, on random ports, in this process.</summary>
internal sealed class DashboardApp : IAsyncDisposable
{
    public const string ApiKey = "the-key-of-the-scripts";
    public const string OtlpKey = "the-key-of-the-senders";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly IDistributedApplicationTestingBuilder _builder;

    private DashboardApp(IDistributedApplicationTestingBuilder builder, DistributedApplication app)
    {
        _builder = builder;
        App = app;
    }

    public DistributedApplication App { get; }

    public TelemetryStore Store => App.Services.GetRequiredService<TelemetryStore>();

    public Uri FrontendUrl => App.GetEndpoint("aspire-dashboard", "http");

    public Uri OtlpGrpcUrl => Settings.OtlpGrpcUrl;

    public Uri OtlpHttpUrl => Settings.OtlpHttpUrl!;

    public string LoginUrl => App.Services.GetRequiredService<LoginLink>().Url;

    private DashboardSettings Settings => App.Services.GetRequiredService<DashboardSettings>();

    public static Task<DashboardApp> StartAsync(params string[] args) => StartAsync(_ => { }, args);

    public static async Task<DashboardApp> StartAsync(Action<IDistributedApplicationBuilder> describe, params string[] args)
    {
        string[] all =
        [
            "--ASPNETCORE_URLS=http://localhost:15100",
            "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:15101",
            "--ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL=http://localhost:15103",
            "--Logging:LogLevel:Default=Warning",
            // What the tests' own programs write, and refusals that tests ask for, are no news in the tests' output.
            "--Logging:LogLevel:Aspire.Dashboard.Tests.Resources=None",
            "--Logging:LogLevel:Microsoft.AspNetCore.Antiforgery=None",
            $"--AppHost:DashboardApiKey={ApiKey}",
            $"--AppHost:OtlpApiKey={OtlpKey}",
            .. args,
        ];
        var builder = DistributedApplicationTestingBuilder.Create(all, (options, _) => options.DisableDashboard = false);
        describe(builder);
        var token = TestContext.Current.CancellationToken;
        var app = await builder.BuildAsync(token);
        await app.StartAsync(token);
        await app.ResourceNotifications.WaitForResourceAsync("aspire-dashboard", "Running", token).WaitAsync(StartTimeout, token);
        return new DashboardApp(builder, app);
    }

    /// <summary>A browser: keeps cookies, follows nothing by itself.</summary>
    public HttpClient CreateBrowser()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() };
        return new HttpClient(handler) { BaseAddress = FrontendUrl };
    }

    /// <summary>A browser that came by the login link.</summary>
    public async Task<HttpClient> LoginAsync()
    {
        var browser = CreateBrowser();
        using var answer = await browser.GetAsync(LoginUrl, TestContext.Current.CancellationToken);
        Assert.Equal("/", answer.Headers.Location?.OriginalString);
        return browser;
    }

    /// <summary>A script with the API key.</summary>
    public HttpClient CreateScript()
    {
        var client = new HttpClient { BaseAddress = FrontendUrl };
        client.DefaultRequestHeaders.Add("X-API-Key", ApiKey);
        return client;
    }

    /// <summary>A sender of telemetry over HTTP with the key.</summary>
    public HttpClient CreateSender()
    {
        var client = new HttpClient { BaseAddress = OtlpHttpUrl };
        client.DefaultRequestHeaders.Add(OtlpServer.ApiKeyHeader, OtlpKey);
        return client;
    }

    public GrpcChannel CreateChannel() => GrpcChannel.ForAddress(OtlpGrpcUrl, new GrpcChannelOptions { MaxSendMessageSize = null });

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _builder.DisposeAsync();
    }
}
