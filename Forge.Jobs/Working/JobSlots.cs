using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>The places in which jobs run, at most <see cref="JobWorkerOptions.Concurrency"/> at once. A place that becomes free takes the next buffered job.</summary>
internal sealed class JobSlots(
    JobBuffer buffer,
    JobRunner runner,
    WorkerLease lease,
    WorkerSignals signals,
    ClaimAhead ahead,
    IOptions<JobWorkerOptions> options)
{
    private readonly int _concurrency = options.Value.Concurrency;
    private int _busy;

    public int Free => _concurrency - Volatile.Read(ref _busy);

    /// <summary>The drain is woken when the buffer has shrunk to this.</summary>
    public int LowWater { get; set; }

    /// <summary>Starts buffered jobs in the free places.</summary>
    public void Fill()
    {
        while (buffer.Count > 0 && lease.IsHeld && TryEnter())
        {
            // Without the caller's context: a run is no part of what claimed it, and is traced where that is not.
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(RunBufferedAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>Never above the limit for a moment: that would turn away somebody else for whom a place becomes free meanwhile.</summary>
    private bool TryEnter()
    {
        for (var busy = Volatile.Read(ref _busy); busy < _concurrency;)
        {
            var seen = Interlocked.CompareExchange(ref _busy, busy + 1, busy);
            if (seen == busy)
            {
                return true;
            }

            busy = seen;
        }

        return false;
    }

    private async Task RunBufferedAsync()
    {
        while (lease.IsHeld && buffer.TryTake(out var job))
        {
            ahead.Started();
            if (buffer.Count <= LowWater)
            {
                signals.Work.Set();
            }

            var run = runner.RunAsync(job);
            if (run.IsCompleted)
            {
                // A handler that never waits must not keep a thread of the pool from everybody else.
                await Task.Yield();
            }

            await run;
        }

        Interlocked.Decrement(ref _busy);
        signals.Work.Set();
        // A job that came between the last look and the line above found no free place.
        Fill();
    }
}
