using System.Collections.Concurrent;

namespace Forge.Jobs;

/// <summary>The runs of this process whose end is not stored yet, by lease token: a job that was taken from this worker may come back to it while its old run still ends.</summary>
internal sealed class RunningJobs(WorkerSignals signals)
{
    private readonly ConcurrentDictionary<long, JobRun> _runs = new();
    private readonly ConcurrentDictionary<long, bool> _abandoned = new();
    private readonly Lock _suspects = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyCollection<JobRun> All => [.. _runs.Values];

    /// <summary>Adds a run; false for a suspect while another one runs here.</summary>
    public bool TryAdd(JobRun run)
    {
        if (!run.Job.IsSuspect)
        {
            Add(run);
            return true;
        }

        lock (_suspects)
        {
            if (_runs.Any(entry => entry.Value.Job.IsSuspect))
            {
                return false;
            }

            Add(run);
            return true;
        }
    }

    /// <summary>Removes a run, however often it is called.</summary>
    public void Remove(JobRun run)
    {
        if (_runs.TryRemove(run.Job.LeaseToken, out _) && Interlocked.Decrement(ref _count) == 0)
        {
            signals.Idle.Set();
        }
    }

    /// <summary>Removes a run that has begun and whose end is stored nowhere. This worker holds its job until the heartbeat finds it.</summary>
    public void Abandon(JobRun run)
    {
        _abandoned[run.Job.LeaseToken] = true;
        Remove(run);
    }

    /// <summary>True for a lease token whose run was abandoned; asks once.</summary>
    public bool TakeAbandoned(long leaseToken) => _abandoned.TryRemove(leaseToken, out _);

    public void Cancel(Guid id)
    {
        foreach (var run in _runs.Select(entry => entry.Value).Where(run => run.Job.Id == id))
        {
            run.Stop(StopReason.CancelRequested);
        }
    }

    private void Add(JobRun run)
    {
        Interlocked.Increment(ref _count);
        _runs[run.Job.LeaseToken] = run;
    }
}
