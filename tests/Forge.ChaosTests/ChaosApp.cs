using Aspire.Hosting.Testing;
using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Forge.ChaosTests;

/// <summary>Postgres, Redis, an API and two workers: real processes of one scenario, with data that is thrown away. Only the stores run at first.</summary>
internal sealed class ChaosApp : IAsyncDisposable
{
    private static readonly string[] Hosts = ["api", "worker-1", "worker-2"];

    /// <summary>The user as whom the pooler comes to Postgres. Any other mark of its sessions is wiped off when Npgsql resets one.</summary>
    public const string PooledUser = "pooled";

    private readonly DistributedApplication _app;
    private readonly DataFolder _folder;
    private readonly ProcessLogs _logs;

    private ChaosApp(DistributedApplication app, NpgsqlDataSource data, DataFolder folder, PgBouncer? pooler)
    {
        _app = app;
        _folder = folder;
        _logs = new ProcessLogs(app.Services.GetRequiredService<ResourceLoggerService>(), Hosts);
        Data = data;
        Pooler = pooler;
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

    /// <summary>Between the hosts and Postgres, where a scenario wants one. The tests' own connections go past it.</summary>
    public PgBouncer? Pooler { get; }

    public static Task<ChaosApp> StartAsync(string redisServer, CancellationToken cancellationToken) =>
        StartAsync(redisServer, isPooled: false, cancellationToken);

    /// <param name="redisServer">The program of the Redis server.</param>
    /// <param name="isPooled">Whether the hosts reach Postgres through a PgBouncer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ChaosApp> StartAsync(string redisServer, bool isPooled, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The suite sends Linux signals.");
        var folder = DataFolder.Create();
        PgBouncer? pooler = null;
        var app = await BuildAsync(redisServer, folder.Path, () => pooler is null ? null : PooledBy(pooler), cancellationToken);
        try
        {
            await app.StartAsync(cancellationToken);
            await app.WaitUntilHealthyAsync("chaosdb", cancellationToken);
            await app.WaitUntilHealthyAsync("redis", cancellationToken);
            var database = (await app.GetConnectionStringAsync("chaosdb", cancellationToken))!;
            var data = NpgsqlDataSource.Create(database);
            if (isPooled)
            {
                await using var command = data.CreateCommand($"create role {PooledUser} superuser login password '{PooledUser}'");
                await command.ExecuteNonQueryAsync(cancellationToken);
                var pooled = new NpgsqlConnectionStringBuilder(database) { Username = PooledUser, Password = PooledUser };
                pooler = await PgBouncer.StartAsync(pooled.ConnectionString, cancellationToken);
                Assert.SkipWhen(pooler is null, "PgBouncer is not installed.");
            }

            var chaos = new ChaosApp(app, data, folder, pooler);
            await chaos.Postgres.NoteIdAsync(cancellationToken);
            await chaos.Redis.NoteIdAsync(cancellationToken);
            await chaos.Ledger.CreateAsync(cancellationToken);
            return chaos;
        }
        catch
        {
            await app.DisposeAsync();
            await (pooler?.DisposeAsync() ?? ValueTask.CompletedTask);
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

    /// <summary>A way to the server that does not lead through the scenario's database.</summary>
    public async Task<NpgsqlDataSource> OpenServerAsync(CancellationToken cancellationToken) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(await _app.GetConnectionStringAsync("chaosdb", cancellationToken)) { Database = "postgres" });

    public HttpClient CreateClient() => new() { BaseAddress = _app.GetEndpoint(Api.Name, "http") };

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await _app.DisposeAsync();
        await (Pooler?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _logs.DisposeAsync();
        // The orchestrator does not wait for what it stops, and a server that lives longer than its files complains.
        Postgres.TrySend(UnixSignal.Interrupt);
        await Eventually.GetAsync(_ => Task.FromResult(Postgres.IsRunning), isRunning => !isRunning, "the end of Postgres");
        _folder.Dispose();
    }

    private static async Task<DistributedApplication> BuildAsync(string redisServer, string folder, Func<string?> pooled, CancellationToken cancellationToken)
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
                .WithEnvironment(context =>
                {
                    if (pooled() is { } connectionString)
                    {
                        context.EnvironmentVariables["ConnectionStrings__chaosdb"] = connectionString;
                    }
                })
                .WithBuiltProgram()
                .WithExplicitStart();
            if (name == "api")
            {
                host.WithHttpHealthCheck("/health");
            }
        }

        return await builder.BuildAsync(cancellationToken);
    }

    /// <summary>In session mode each connection holds one of the 20 that the pooler has by default.</summary>
    private static string PooledBy(PgBouncer pooler) =>
        new NpgsqlConnectionStringBuilder(pooler.ConnectionString) { MaxPoolSize = 6 }.ConnectionString;

    private ChaosProcess Process(string name) =>
        new(_app, _app.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(resource => resource.Name == name));
}
