using System.Diagnostics.Metrics;

namespace Forge.ServiceDefaults.ThreadPoolLag;

/// <summary>Measures the thread pool's lag: how long an item that was queued to the pool waits until it starts.</summary>
internal sealed class ThreadPoolLagProbe : IThreadPoolWorkItem
{
    public const string MeterName = "Forge.ThreadPool";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly TimeProvider _time;
    private readonly Histogram<double> _lag;
    private long _queuedAt;
    private volatile bool _isOutstanding;

    public ThreadPoolLagProbe(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _lag = meters.Create(MeterName).CreateHistogram(
            "forge.thread_pool.lag", "s", "Time from queueing work to the thread pool to its start.", tags: null, Durations);
    }

    /// <summary>Queues an item. One that has not started yet counts with the time that it has waited so far.</summary>
    /// <remarks>So a starved pool is seen while it starves, not when it has recovered, and weighs as much as it lasts. For one thread, which is none of the pool's.</remarks>
    public void Tick()
    {
        if (!_lag.Enabled)
        {
            return;
        }

        if (_isOutstanding)
        {
            Record();
            return;
        }

        _queuedAt = _time.GetTimestamp();
        _isOutstanding = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Record();
        _isOutstanding = false;
    }

    private void Record() => _lag.Record(_time.GetElapsedTime(_queuedAt).TotalSeconds);
}
