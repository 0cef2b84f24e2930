using Forge.Jobs;
using Forge.TestServers;
using Forge.Worker.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

[assembly: AssemblyFixture(typeof(WorkerHost))]

namespace Forge.Worker.Tests;

/// <summary>A worker with the handlers of Forge.Worker over real stores.</summary>
public sealed class WorkerHost : IAsyncLifetime
{
    private static readonly TimeSpan FinishLimit = TimeSpan.FromMinutes(2);

    private readonly PostgresServer _postgres = new();
    private readonly RedisServer _redis = new();
    private IHost _host = null!;

    public FakeSmtpServer Smtp { get; } = new() { Capabilities = ["ENHANCEDSTATUSCODES"] };

    public IServiceProvider Services => _host.Services;

    public string Redis => _redis.ConnectionString;

    private IJobQueue Queue => _host.Services.GetRequiredService<IJobQueue>();

    public JobReader Reader => _host.Services.GetRequiredService<JobReader>();

    public JobControl Control => _host.Services.GetRequiredService<JobControl>();

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(_postgres.InitializeAsync().AsTask(), _redis.InitializeAsync().AsTask());
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:forgedb"] = await _postgres.CreateDatabaseAsync(),
            ["ConnectionStrings:redis"] = _redis.ConnectionString,
            ["Lab:Enabled"] = "true",
            ["Mail:Server"] = Smtp.Address.ToString(),
        });
        builder.AddForgeDatabase("forgedb");
        builder.AddRedisClient("redis");
        builder.AddForgeJobs();
        builder.AddJobWorker();
        builder.AddReportJobs();
        builder.AddMailJobs();
        builder.AddImageJobs();
        builder.AddImportJobs();
        builder.AddDemoJobs();
        _host = builder.Build();
        await _host.StartAsync();
    }

    /// <summary>An empty database, for a test that wants a worker of its own.</summary>
    public Task<string> CreateDatabaseAsync() => _postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await Smtp.DisposeAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    internal async Task<Guid> EnqueueAsync<TPayload>(string kind, TPayload payload, CancellationToken cancellationToken)
        where TPayload : notnull =>
        Assert.IsType<EnqueueResult.Enqueued>(await Queue.EnqueueAsync(JobRequest.For(kind, payload), cancellationToken)).JobId;

    /// <summary>Everything that was seen of a job, up to its end.</summary>
    internal async Task<List<JobSnapshot>> FollowToTheEndAsync(Guid id, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FinishLimit);
        var seen = new List<JobSnapshot>();
        await foreach (var snapshot in Reader.FollowAsync(id, limit.Token))
        {
            seen.Add(snapshot);
        }

        return seen;
    }
}
