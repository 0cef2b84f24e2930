using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Forge.ChaosTests;

/// <summary>Postgres, Redis, an API and two workers: real processes of one scenario, with data that is thrown away. Only the stores run at first.</summary>
internal sealed class ChaosApp : IAsyncDisposable
{
    private static readonly string[] Hosts = ["api", "worker-1", "worker-2"];

    private readonly DistributedApplication _app;
    private readonly DataFolder _folder;
    private readonly ProcessLogs _logs;

    private ChaosApp(DistributedApplication app, NpgsqlDataSource data, DataFolder folder)
    {
        _app = app;
        _folder = folder;
        _logs = new ProcessLogs(app.Services.GetRequiredService<ResourceLoggerService>(), Hosts);
        Data = data;
        Postgres = Process("postgres");
        Redis = Process("redis");
        Api = Process("api");
        Workers = [Process("worker-1"), Process("worker-2")];
        Ledger = new Ledger(data);
        Lists = new RedisLists(app);
    }

    public ChaosProcess Postgres { get; }

    public ChaosProcess Redis { get; }

    public ChaosProcess Api { get; }

    public IReadOnlyList<ChaosProcess> Workers { get; }

    public Ledger Ledger { get; }

    public RedisLists Lists { get; }

    public NpgsqlDataSource Data { get; }

    /// <param name="redisServer">The program of the Redis server.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ChaosApp> StartAsync(string redisServer, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The suite sends Linux signals.");
        var folder = DataFolder.Create();
        var app = await BuildAsync(redisServer, folder.Path, cancellationToken);
        try
        {
            await app.StartAsync(cancellationToken);
            await app.WaitUntilHealthyAsync("chaosdb", cancellationToken);
            await app.WaitUntilHealthyAsync("redis", cancellationToken);
            var data = NpgsqlDataSource.Create((await app.GetConnectionStringAsync("chaosdb", cancellationToken))!);
            var chaos = new ChaosApp(app, data, folder);
            await chaos.Postgres.NoteIdAsync(cancellationToken);
            await chaos.Redis.NoteIdAsync(cancellationToken);
            await chaos.Ledger.CreateAsync(cancellationToken);
            return chaos;
        }
        catch
        {
            await app.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    public async Task StartApiAsync(CancellationToken cancellationToken)
    {
        await Api.StartAsync(cancellationToken);
        await _app.WaitUntilHealthyAsync(Api.Name, cancellationToken);
    }

    /// <summary>Ends Postgres by a signal and starts it again on its data.</summary>
    public async Task RestartPostgresAsync(UnixSignal signal, CancellationToken cancellationToken)
    {
        await Postgres.EndAsync(signal, cancellationToken);
        await Postgres.StartAsync(cancellationToken);
        await _app.WaitUntilHealthyAsync(Postgres.Name, cancellationToken);
        Data.Clear();
    }

    /// <summary>Starts Redis, which keeps nothing, and returns when it answers.</summary>
    public async Task StartRedisAsync(CancellationToken cancellationToken)
    {
        await Redis.StartAsync(cancellationToken);
        await _app.WaitUntilHealthyAsync(Redis.Name, cancellationToken);
    }

    public HttpClient CreateClient() => new() { BaseAddress = _app.GetEndpoint(Api.Name, "http") };

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await _app.DisposeAsync();
        await _logs.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<DistributedApplication> BuildAsync(string redisServer, string folder, CancellationToken cancellationToken)
    {
        var builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.AssemblyName = typeof(ChaosApp).Assembly.GetName().Name);
        builder.AddPromptHealthChecks();
        builder.Services.AddLogging(logging => logging.ClearProviders()); // ProcessLogs shows what the processes say.
        // A folder that is kept: data that is thrown away is not flushed to disk.
        var database = builder.AddNativePostgres("postgres").WithDataFolder(folder).AddDatabase("chaosdb");
        var redis = builder.AddNativeRedis("redis");
        if (redisServer != RedisServers.Garnet)
        {
            redis.WithRedisServer(redisServer);
        }

        foreach (var name in Hosts)
        {
            var host = builder.AddProject<Projects.Forge_ChaosTests_Host>(name)
                .WithReference(database)
                .WithReference(redis)
                .WithEnvironment("Chaos__Role", name.Split('-')[0])
                .WithEnvironment("Logging__LogLevel__Default", "Warning")
                .WithEnvironment("DOTNET_TieredPGO", "0") // They live for seconds.
                .WithBuiltProgram()
                .WithExplicitStart();
            if (name == "api")
            {
                host.WithHttpHealthCheck("/health");
            }
        }

        return await builder.BuildAsync(cancellationToken);
    }

    private ChaosProcess Process(string name) =>
        new(_app, _app.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(resource => resource.Name == name));
}
