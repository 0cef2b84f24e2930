using System.Diagnostics.CodeAnalysis;

namespace Forge.Jobs;

/// <summary>Where jobs belong in Redis that this process enqueued in a caller's transaction, until they are announced: so an announcement asks nobody.</summary>
/// <remarks>A transaction that is rolled back, and a caller that never announces, leave entries behind. The oldest give way when there are too many; their jobs are found by the fallback poll.</remarks>
internal sealed class Unannounced
{
    /// <summary>About 15 MB.</summary>
    private const int Most = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, DispatchedJob> _jobs = [];
    private readonly Queue<Guid> _order = new();

    public void Add(IEnumerable<DispatchedJob> jobs)
    {
        lock (_gate)
        {
            foreach (var job in jobs)
            {
                _jobs[job.Id] = job;
                _order.Enqueue(job.Id);
                if (_order.Count > Most)
                {
                    _jobs.Remove(_order.Dequeue());
                }
            }
        }
    }

    public bool TryTake(Guid id, [MaybeNullWhen(false)] out DispatchedJob job)
    {
        lock (_gate)
        {
            return _jobs.Remove(id, out job);
        }
    }
}
