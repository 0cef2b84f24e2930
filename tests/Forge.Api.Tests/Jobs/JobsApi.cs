using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forge.Api.Tests.Jobs;

/// <summary>An API and a worker of its own on a database of their own; the handlers are the tests'.</summary>
public sealed class JobsApi : IAsyncLifetime
{
    private readonly Stores _stores;
    private readonly string? _database;
    private IHost _worker = null!;

    public JobsApi(Stores stores)
        : this(stores, database: null)
    {
    }

    internal JobsApi(Stores stores, string? database)
    {
        _stores = stores;
        _database = database;
    }

    public ApiFactory Factory { get; private set; } = null!;

    internal Gate Gate { get; } = new();

    public async ValueTask InitializeAsync()
    {
        (string Key, string Value)[] settings =
        [
            ("ConnectionStrings:forgedb", (_database ?? await _stores.CreateDatabaseAsync()) + ApiFactory.Patience),
            ("ConnectionStrings:redis", _stores.Redis),
            ("Jobs:KeyPrefix", $"{{test:{Guid.NewGuid():N}}}"),
            ("Lab:Enabled", "true"),
        ];
        Factory = new ApiFactory(_stores, settings);
        Factory.StartServer();
        _worker = CreateWorker(settings);
        await _worker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync();
        _worker.Dispose();
        await Factory.DisposeAsync();
    }

    private IHost CreateWorker((string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value));
        builder.AddForgeDatabase("forgedb");
        builder.AddRedisClient("redis");
        builder.AddForgeJobs();
        builder.AddJobWorker();
        builder.Services.AddSingleton(Gate);
        builder.Services.AddJobHandler<DemoSleepPayload, GatedHandler>(JobKinds.DemoSleep);
        builder.Services.AddJobHandler<DemoNoopPayload, JsonHandler>(JobKinds.DemoNoop);
        builder.Services.AddJobHandler<ReportPayload, FileHandler>(JobKinds.ReportGenerate);
        builder.Services.AddJobHandler<DemoFailPayload, DiscardedHandler>(JobKinds.DemoFail);
        return builder.Build();
    }
}
