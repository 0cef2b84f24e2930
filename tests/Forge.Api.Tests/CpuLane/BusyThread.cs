using Forge.Api.CpuLane;

namespace Forge.Api.Tests.CpuLane;

/// <summary>Keeps one thread of a lane busy until it is released.</summary>
internal sealed class BusyThread : IDisposable
{
    private readonly ManualResetEventSlim _release = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<BusyThread> StartAsync(CpuLaneThreads lane)
    {
        var busy = new BusyThread();
        _ = lane.RunAsync(busy.Block, TestContext.Current.CancellationToken);
        await busy._started.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return busy;
    }

    public void Release() => _release.Set();

    public void Dispose() => _release.Set();

    private bool Block()
    {
        _started.TrySetResult();
        return _release.Wait(TimeSpan.FromSeconds(60));
    }
}
