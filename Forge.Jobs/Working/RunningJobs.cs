using System.Collections.Concurrent;

namespace Forge.Jobs;

/// <summary>The runs of this process whose end is not stored yet, by lease token: a job that was taken from this worker may come back to it while its old run still ends.</summary>
internal sealed class RunningJobs(WorkerSignals signals)
{
    private readonly ConcurrentDictionary<long, JobRun> _runs = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyCollection<JobRun> All => [.. _runs.Values];

    public void Add(JobRun run)
    {
        Interlocked.Increment(ref _count);
        _runs[run.Job.LeaseToken] = run;
    }

    /// <summary>Removes a run, however often it is called.</summary>
    public void Remove(JobRun run)
    {
        if (_runs.TryRemove(run.Job.LeaseToken, out _) && Interlocked.Decrement(ref _count) == 0)
        {
            signals.Idle.Set();
        }
    }

    public void Cancel(Guid id)
    {
        foreach (var run in _runs.Select(entry => entry.Value).Where(run => run.Job.Id == id))
        {
            run.Stop(StopReason.CancelRequested);
        }
    }
}
