using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;

namespace Forge.Jobs.Benchmarks.Systems;

/// <summary>Forge.Jobs as an application uses it: two hosts, one that enqueues and one that works, with the library's defaults.</summary>
internal sealed class ForgeSystem(string postgres, string redis) : IJobSystem
{
    private const string Kind = "bench.noop";
    private static readonly NoopPayload Payload = new(1);
    private readonly string _keyPrefix = $"{{bench:{Guid.NewGuid():n}}}";
    private IHost? _enqueuer;
    private IHost? _worker;
    private IJobQueue? _queue;

    public string Name => "Forge";

    public double ShareOf(string measure) => 1;

    public async Task ResetAsync()
    {
        await StopWorkerAsync();
        _enqueuer ??= await StartAsync(builder => builder.AddJobQueue(options => options.KeyPrefix = _keyPrefix));
        _queue = _enqueuer.Services.GetRequiredService<IJobQueue>();
        await ExecuteAsync("truncate jobs.job cascade");
        await ExecuteAsync("vacuum analyze jobs.job");
        await ExecuteAsync("checkpoint");
        await _enqueuer.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().KeyDeleteAsync($"{_keyPrefix}:waiting:default:{Kind}:1:5");
    }

    public Task EnqueueAsync() => _queue!.EnqueueAsync(JobRequest.For(Kind, Payload));

    public Task EnqueueManyAsync(int count) => _queue!.EnqueueManyAsync([.. Enumerable.Range(0, count).Select(_ => JobRequest.For(Kind, Payload))]);

    public async Task StartWorkerAsync(Action ran) => _worker = await StartAsync(builder =>
    {
        builder.Services.AddSingleton(ran);
        builder.Services.AddJobHandler<NoopPayload, NoopHandler>(Kind);
        builder.AddJobWorker();
        builder.AddJobQueue(options => options.KeyPrefix = _keyPrefix);
    });

    public async Task StopWorkerAsync()
    {
        if (_worker is not null)
        {
            await _worker.StopAsync();
            ((IDisposable)_worker).Dispose();
            _worker = null;
        }
    }

    public async Task<long> CountOpenAsync()
    {
        await using var command = Data.CreateCommand("select count(*) from jobs.job where state <> 'completed'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<bool> AddFinishedAsync(int count)
    {
        await ExecuteAsync(
            $$"""
            insert into jobs.job (id, kind, version, queue, priority, state, payload, attempt, max_attempts, run_at, created_at, started_at, finished_at, progress)
            select gen_random_uuid(), '{{Kind}}', 1, 'default', 5, 'completed', '{"number":1}', 1, 5, t, t, t, t, 100
            from generate_series(1, {{count}}) as n, lateral (select now() - interval '5 days' * n / {{count}} as t) as at
            """);
        await ExecuteAsync("vacuum analyze jobs.job");
        await ExecuteAsync("checkpoint");
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        if (_enqueuer is not null)
        {
            await _enqueuer.StopAsync();
            _enqueuer.Dispose();
        }
    }

    private NpgsqlDataSource Data => _enqueuer!.Services.GetRequiredService<NpgsqlDataSource>();

    private async Task<IHost> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        // As Forge's own programs have it.
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { NoResetOnClose = true }));
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(redis));
        builder.Services.AddJobKind<NoopPayload>(Kind);
        configure(builder);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Data.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }
}
