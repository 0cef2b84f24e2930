using Hangfire;

namespace Forge.Jobs.Benchmarks.Systems;

/// <summary>
/// Hangfire as two processes would use it: one storage object enqueues and another one works, so that the worker hears of a job through the store.
/// It stores jobs one by one only.
/// </summary>
internal abstract class HangfireSystem : IJobSystem
{
    private const int Callers = 32;

    /// <summary>The most that Hangfire takes by itself, on machines of four cores and more.</summary>
    private const int WorkerCount = 20;
    private readonly Lazy<JobStorage> _enqueuersStorage;
    private readonly Lazy<JobStorage> _workersStorage;
    private readonly Lazy<BackgroundJobClient> _client;
    private BackgroundJobServer? _server;
    private long _enqueued;

    protected HangfireSystem()
    {
        _enqueuersStorage = new(CreateStorage);
        _workersStorage = new(CreateStorage);
        _client = new(() => new BackgroundJobClient(_enqueuersStorage.Value));
        // Hangfire's client blocks its caller: without threads at hand, the measurement would be of how slowly the pool adds them.
        // The driver gives each system a process of its own, so that this changes no other.
        ThreadPool.SetMinThreads(2 * Callers, 2 * Callers);
    }

    public abstract string Name { get; }

    public abstract double ShareOf(string measure);

    public async Task ResetAsync()
    {
        await StopWorkerAsync();
        _ = _enqueuersStorage.Value; // Creates the tables.
        await ClearAsync();
        _enqueued = 0;
    }

    public Task EnqueueAsync()
    {
        _client.Value.Enqueue<HangfireNoop>(job => job.Run());
        Interlocked.Increment(ref _enqueued);
        return Task.CompletedTask;
    }

    public Task EnqueueManyAsync(int count) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
    {
        for (var i = caller; i < count; i += Callers)
        {
            await EnqueueAsync();
        }
    })));

    public Task StartWorkerAsync(Action ran)
    {
        var options = new BackgroundJobServerOptions { WorkerCount = WorkerCount, Activator = new NoopActivator(ran) };
        _server = new BackgroundJobServer(options, _workersStorage.Value);
        return Task.CompletedTask;
    }

    public async Task StopWorkerAsync()
    {
        if (_server is not null)
        {
            _server.SendStop();
            await _server.WaitForShutdownAsync(CancellationToken.None);
            _server.Dispose();
            _server = null;
        }
    }

    public async Task<long> CountOpenAsync() => Interlocked.Read(ref _enqueued) - await CountSucceededAsync();

    public Task<bool> AddFinishedAsync(int count) => Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        await CloseAsync();
    }

    protected abstract JobStorage CreateStorage();

    protected abstract Task ClearAsync();

    protected abstract Task<long> CountSucceededAsync();

    protected abstract ValueTask CloseAsync();

    private sealed class NoopActivator(Action ran) : JobActivator
    {
        public override object ActivateJob(Type jobType) => new HangfireNoop(ran);
    }
}
