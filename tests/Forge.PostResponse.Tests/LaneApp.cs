using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Forge.PostResponse.Tests;

/// <summary>A small application on Kestrel, on a free port, with the lane in it.</summary>
internal sealed class LaneApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LaneApp(WebApplication app, HttpProtocols protocols)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new HttpClient { BaseAddress = Address, Timeout = Patience };
        if (protocols is HttpProtocols.Http2)
        {
            Client.DefaultRequestVersion = HttpVersion.Version20;
            Client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }
    }

    /// <summary>How long a test waits for what must happen.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public FakeLogCollector Logs => Services.GetRequiredService<FakeLogCollector>();

    public PostResponseFigures Figures => Services.GetRequiredService<PostResponseMonitor>().Read();

    public static async Task<LaneApp> StartAsync(
        Action<WebApplication> map,
        Action<PostResponseOptions>? configure = null,
        Action<PostResponseTasksBuilder>? tasks = null,
        Action<WebApplicationBuilder>? build = null,
        HttpProtocols protocols = HttpProtocols.Http1,
        string environment = "Production")
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Logging.ClearProviders();
        builder.Logging.AddFakeLogging();
        var registration = builder.AddPostResponseTasks(configure);
        tasks?.Invoke(registration);
        build?.Invoke(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new LaneApp(app, protocols);
    }

    /// <summary>The log entries of the lane itself under one event name.</summary>
    public IReadOnlyList<FakeLogRecord> LogsOf(string eventName) =>
        [.. Logs.GetSnapshot().Where(record => record.Id.Name == eventName)];

    /// <summary>Ends when no accepted task is left.</summary>
    public async Task SettledAsync() =>
        await Services.GetRequiredService<PostResponseLane>().WhenEmptyAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
