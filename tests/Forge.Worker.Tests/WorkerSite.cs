using Forge.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Forge.Worker.Tests;

/// <summary>A database of its own and a program that enqueues and reads; workers are started by those who want them.</summary>
public class WorkerSite(WorkerHost stores) : IAsyncLifetime
{
    private static readonly TimeSpan FinishLimit = TimeSpan.FromMinutes(2);
    private IHost _host = null!;

    /// <summary>What a worker of this site is configured with.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = null!;

    public IServiceProvider Services => _host.Services;

    public JobReader Jobs => Services.GetRequiredService<JobReader>();

    public JobControl Control => Services.GetRequiredService<JobControl>();

    public NpgsqlDataSource Database => Services.GetRequiredService<NpgsqlDataSource>();

    protected IJobQueue Queue => Services.GetRequiredService<IJobQueue>();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:forgedb"] = await stores.CreateDatabaseAsync(),
            ["ConnectionStrings:redis"] = stores.Redis,
            ["Jobs:KeyPrefix"] = $"{{test:{Guid.NewGuid():N}}}",
            ["Lab:Enabled"] = "true",
            ["Mail:Server"] = stores.Smtp.Address.ToString(),
        };
        Configure(settings);
        Settings = settings;
        _host = CreateHost(_ => { });
        await _host.StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    public async Task<Guid> EnqueueAsync<TPayload>(string kind, TPayload payload)
        where TPayload : notnull =>
        (await Queue.EnqueueAsync(JobRequest.For(kind, payload), Cancellation)).JobId;

    /// <summary>Follows the job until it has been seen in one of the states.</summary>
    public async Task<JobDetails> WaitForAsync(Guid jobId, params JobState[] states)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(FinishLimit);
        JobState? seen = null;
        await foreach (var snapshot in Jobs.FollowAsync(jobId, limit.Token))
        {
            seen = snapshot.State;
            if (states.Contains(snapshot.State))
            {
                break;
            }
        }

        Assert.True(seen is { } state && states.Contains(state), $"The job ended as {seen}, not as {string.Join(" or ", states)}.");
        return (await Jobs.FindAsync(jobId, Cancellation))!;
    }

    protected virtual void Configure(Dictionary<string, string?> settings)
    {
    }

    protected virtual void AddServices(IServiceCollection services)
    {
    }

    protected IHost CreateHost(Action<HostApplicationBuilder> addMore)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.AddServiceDefaults();
        builder.AddForgeDatabase("forgedb");
        builder.AddRedisClient("redis");
        builder.AddForgeJobs();
        AddServices(builder.Services);
        addMore(builder);
        return builder.Build();
    }
}
