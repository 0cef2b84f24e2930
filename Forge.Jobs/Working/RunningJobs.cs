using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>The runs of this process, by lease token: a job that was taken from this worker may come back to it while its old run still ends. And how much room is left.</summary>
internal sealed class RunningJobs(IOptions<JobWorkerOptions> options, WorkerSignals signals)
{
    private readonly ConcurrentDictionary<long, JobRun> _runs = new();

    public int FreeSlots => options.Value.Concurrency - _runs.Count;

    public IReadOnlyCollection<JobRun> All => [.. _runs.Values];

    public void Add(JobRun run) => _runs[run.Job.LeaseToken] = run;

    public void Remove(JobRun run)
    {
        _runs.TryRemove(run.Job.LeaseToken, out _);
        signals.Work.Set();
        if (_runs.IsEmpty)
        {
            signals.Idle.Set();
        }
    }

    public void Cancel(Guid id)
    {
        foreach (var run in _runs.Values.Where(run => run.Job.Id == id))
        {
            run.Stop(StopReason.CancelRequested);
        }
    }
}
