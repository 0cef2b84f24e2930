using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;

namespace Forge.Jobs.Tests;

/// <summary>One program that enqueues, and works if the test wants that. Two of them in one test are two processes to the library.</summary>
public sealed class JobProgram : IAsyncDisposable
{
    public const string Kind = "test";

    private readonly IHost _host;
    private bool _isStarted;

    private JobProgram(IHost host)
    {
        _host = host;
    }

    public IJobQueue Queue => Get<IJobQueue>();

    public JobReader Reader => Get<JobReader>();

    public JobControl Control => Get<JobControl>();

    public TestScript Script => Get<TestScript>();

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Builds a program whose clockwork does not run: the test calls its parts.</summary>
    public static async Task<JobProgram> CreateAsync(JobDatabase database, Action<HostApplicationBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(new TestOutputLoggerProvider());
        builder.Services.AddSingleton(_ => new NpgsqlDataSourceBuilder(database.ConnectionString).Build());
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(database.RedisConfiguration));
        builder.Services.AddSingleton<TestScript>();
        builder.Services.AddJobHandler<TestPayload, TestHandler>(Kind, options => options.MaxAttempts = 3);
        builder.AddJobQueue(options => options.KeyPrefix = database.KeyPrefix);
        builder.AddJobWorker(options =>
        {
            options.LeaseDuration = TimeSpan.FromSeconds(2);
            options.HeartbeatInterval = TimeSpan.FromSeconds(0.4);
            options.RescueInterval = TimeSpan.FromSeconds(0.4);
            options.FallbackPollInterval = TimeSpan.FromSeconds(0.5);
            options.PromoteInterval = TimeSpan.FromSeconds(0.1);
            options.SweepInterval = TimeSpan.FromSeconds(0.5);
            options.StopGrace = TimeSpan.FromSeconds(0.5);
        });
        configure?.Invoke(builder);
        var program = new JobProgram(builder.Build());
        await program.Get<IEnumerable<IHostedService>>().OfType<JobSchema>().Single().MigrateAsync(TestContext.Current.CancellationToken);
        return program;
    }

    public static async Task<JobProgram> StartAsync(JobDatabase database, Action<HostApplicationBuilder>? configure = null)
    {
        var program = await CreateAsync(database, configure);
        await program.StartAsync();
        return program;
    }

    public async Task StartAsync()
    {
        await _host.StartAsync(TestContext.Current.CancellationToken);
        _isStarted = true;
    }

    public async Task StopAsync()
    {
        if (_isStarted)
        {
            _isStarted = false;
            await _host.StopAsync(CancellationToken.None);
        }
    }

    public async Task<Guid> EnqueueAsync(string text = "", Func<JobRequest, JobRequest>? change = null, string kind = Kind)
    {
        var request = JobRequest.For(kind, new TestPayload(text));
        var result = await Queue.EnqueueAsync(change?.Invoke(request) ?? request, TestContext.Current.CancellationToken);
        return Assert.IsType<EnqueueResult.Enqueued>(result).JobId;
    }

    public async Task<JobDetails> WaitForAsync(Guid id, JobState state)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        JobState? last = null;
        try
        {
            await foreach (var snapshot in Reader.FollowAsync(id, limit.Token))
            {
                last = snapshot.State;
                if (last == state)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Said below, with the state it stayed in.
        }

        Assert.Equal(state, last);
        return (await Reader.FindAsync(id, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Claims like a worker does, without running anything.</summary>
    internal async Task<ClaimedJob> ClaimAsync(Guid id)
    {
        await Get<WorkerHeartbeat>().BeatAsync(TestContext.Current.CancellationToken);
        while (true)
        {
            var claimed = await Get<JobClaimer>().ClaimAsync(100, TestContext.Current.CancellationToken);
            claimed.AddRange(await Get<JobClaimer>().PollAsync(100, TestContext.Current.CancellationToken));
            if (claimed.SingleOrDefault(job => job.Id == id) is { } job)
            {
                return job;
            }
        }
    }

    /// <summary>Claims of every kind with a limit like a worker does, whether it is time to look for it or not.</summary>
    internal async Task<List<ClaimedJob>> ClaimLimitedAsync(int limit)
    {
        var claimed = new List<ClaimedJob>();
        foreach (var kind in Get<LimitedKinds>().All)
        {
            claimed.AddRange(await Get<LimitedJobClaimer>().ClaimAsync(kind, limit, TestContext.Current.CancellationToken));
        }

        return claimed;
    }

    /// <summary>How many ids a list in Redis holds.</summary>
    internal async Task<long> CountListedAsync(string queue = "default", string kind = Kind) =>
        (await Get<JobDispatch>().CountAsync([new JobList(queue, kind, 1)])).Values.Single();

    /// <summary>Puts ids of jobs of the test's kind on their list.</summary>
    internal void Push(params Guid[] ids) => Get<JobDispatch>().Push([.. ids.Select(id => new DispatchedJob(id, new JobList("default", Kind, 1), 5))]);

    internal Task<JobState?> FinishAsync(ClaimedJob job, string outcome, JobState state) =>
        Get<RunningJobWriter>().FinishAsync(new AttemptEnd(job, outcome, state), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_host is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync();
        }
    }
}
