using Microsoft.Extensions.Hosting;

namespace Forge.ServiceDefaults.ThreadPoolLag;

/// <summary>Keeps the probe going, ten times a second, on a thread of its own: a timer would wait for the pool that it is to watch.</summary>
internal sealed class ThreadPoolLagService : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ThreadPoolLagProbe _probe;
    private readonly ManualResetEvent _stopping = new(false);
    private readonly Thread _thread;

    public ThreadPoolLagService(ThreadPoolLagProbe probe)
    {
        _probe = probe;
        _thread = new Thread(Run) { IsBackground = true, Name = "Thread pool lag" };
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread.Start();
        return Task.CompletedTask;
    }

    // Watches to the end, which is Dispose; a test's host is even stopped after that.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Set();
        if (!_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _thread.Join();
        }

        _stopping.Dispose();
    }

    private void Run()
    {
        while (!_stopping.WaitOne(Interval))
        {
            _probe.Tick();
        }
    }
}
