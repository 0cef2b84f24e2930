using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Forge.ChaosTests;

/// <summary>Forge's own API, worker and sandbox, as its AppHost connects them.</summary>
internal sealed class PaymentApp : IAsyncDisposable
{
    private static readonly string[] Services = ["sandbox", "api", "worker"];

    private readonly DistributedApplication _app;
    private readonly ProcessLogs _logs;
    private readonly HttpClient _gateway;

    private PaymentApp(DistributedApplication app, NpgsqlDataSource data)
    {
        _app = app;
        _logs = new ProcessLogs(app.Services.GetRequiredService<ResourceLoggerService>(), Services);
        _gateway = new HttpClient { BaseAddress = app.GetEndpoint("sandbox", "http") };
        Data = data;
        Api = Process("api");
        Worker = Process("worker");
    }

    public ChaosProcess Api { get; }

    public ChaosProcess Worker { get; }

    public NpgsqlDataSource Data { get; }

    public static async Task<PaymentApp> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The suite sends Linux signals.");
        var app = await BuildAsync(cancellationToken);
        try
        {
            await app.StartAsync(cancellationToken);
            foreach (var name in Services)
            {
                await app.WaitUntilHealthyAsync(name, cancellationToken);
            }

            var payments = new PaymentApp(app, NpgsqlDataSource.Create((await app.GetConnectionStringAsync("forgedb", cancellationToken))!));
            await payments.Api.NoteIdAsync(cancellationToken);
            await payments.Worker.NoteIdAsync(cancellationToken);
            return payments;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async Task StartApiAsync(CancellationToken cancellationToken)
    {
        await Api.StartAsync(cancellationToken);
        await _app.WaitUntilHealthyAsync(Api.Name, cancellationToken);
    }

    /// <summary>The API as a user sees it who has just registered.</summary>
    public async Task<HttpClient> SignInAsync(CancellationToken cancellationToken)
    {
        var account = new { Email = "ada@example.com", Username = "Ada", Password = "correct horse battery staple" };
        var client = new HttpClient { BaseAddress = _app.GetEndpoint("api", "http") };
        (await client.PostAsJsonAsync("/forge/register", account, cancellationToken)).EnsureSuccessStatusCode().Dispose();
        using var answer = await client.PostAsJsonAsync("/forge/login", account, cancellationToken);
        var tokens = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("accessToken").GetString());
        return client;
    }

    /// <summary>Lets the gateway answer that much later than it takes the money.</summary>
    public async Task DelayGatewayAsync(int milliseconds, CancellationToken cancellationToken) =>
        (await _gateway.PutAsJsonAsync("/faults/payments", new { DelayMs = milliseconds }, cancellationToken)).EnsureSuccessStatusCode().Dispose();

    /// <summary>The order of every capture that the gateway made.</summary>
    public async Task<List<string>> CapturedOrdersAsync(CancellationToken cancellationToken)
    {
        var captures = await _gateway.GetFromJsonAsync<JsonElement>("/v1/payments", cancellationToken);
        return [.. captures.EnumerateArray().Select(capture => capture.GetProperty("orderId").GetString()!)];
    }

    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Data.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        await Data.DisposeAsync();
        await _app.DisposeAsync();
        await _logs.DisposeAsync();
    }

    private static async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        var builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.AssemblyName = typeof(PaymentApp).Assembly.GetName().Name);
        builder.AddPromptHealthChecks();
        builder.Services.AddLogging(logging => logging.ClearProviders()); // ProcessLogs shows what the processes say.
        var database = builder.AddNativePostgres("postgres").AddDatabase("forgedb");
        var redis = builder.AddNativeRedis("redis");
        var sandbox = builder.AddProject<Projects.Forge_Sandbox>("sandbox").WithBuiltProgram()
            .WithEndpoint(scheme: "smtp", name: "smtp", env: "Smtp__Port")
            .WithHttpHealthCheck("/health");
        Connect(builder.AddProject<Projects.Forge_Api>("api")).WithEnvironment("RateLimits__Requests", "1000000");
        Connect(builder.AddProject<Projects.Forge_Worker>("worker"));
        return await builder.BuildAsync(cancellationToken);

        IResourceBuilder<ProjectResource> Connect(IResourceBuilder<ProjectResource> service) => service.WithBuiltProgram()
            .WithReference(database).WaitFor(database)
            .WithReference(redis).WaitFor(redis)
            .WithReference(sandbox).WaitFor(sandbox)
            .WithEnvironment("Mail__Server", sandbox.GetEndpoint("smtp"))
            .WithEnvironment("Logging__LogLevel__Default", "Warning")
            .WithEnvironment("DOTNET_TieredPGO", "0") // They live for seconds.
            .WithHttpHealthCheck("/health");
    }

    private ChaosProcess Process(string name) =>
        new(_app, _app.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(resource => resource.Name == name));
}
