using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>The runs of this process, and how much room is left.</summary>
internal sealed class RunningJobs(IOptions<JobWorkerOptions> options, WorkerSignals signals)
{
    private readonly ConcurrentDictionary<Guid, JobRun> _runs = new();

    public int FreeSlots => options.Value.Concurrency - _runs.Count;

    public IReadOnlyCollection<JobRun> All => [.. _runs.Values];

    public void Add(JobRun run) => _runs[run.Job.Id] = run;

    public void Remove(JobRun run)
    {
        // Only this very run: the job may have come back to this worker in a new one.
        _runs.TryRemove(KeyValuePair.Create(run.Job.Id, run));
        signals.Work.Set();
        if (_runs.IsEmpty)
        {
            signals.Idle.Set();
        }
    }

    public void Cancel(Guid id)
    {
        if (_runs.TryGetValue(id, out var run))
        {
            run.Stop(StopReason.CancelRequested);
        }
    }
}
