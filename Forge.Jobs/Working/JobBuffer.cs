using System.Diagnostics.CodeAnalysis;

namespace Forge.Jobs;

/// <summary>Jobs that this worker has claimed and not started yet, first in, first out. They are under its lease like those that run.</summary>
/// <remarks>It holds what starts within a moment, so that a claim brings many jobs and nobody waits for the next one; see <see cref="ClaimAhead"/>.</remarks>
internal sealed class JobBuffer(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _entries = new();
    private readonly LinkedList<Entry> _uncertain = new();
    private int _count;

    /// <summary>How many may be started.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Add(IEnumerable<ClaimedJob> jobs)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var job in jobs)
            {
                _entries.AddLast(new Entry(job, now));
            }

            _count = _entries.Count;
        }
    }

    /// <summary>Adds jobs that are to start before all others, since a limit counts them from their claim.</summary>
    public void AddFirst(IEnumerable<ClaimedJob> jobs)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var job in jobs.Reverse())
            {
                _entries.AddFirst(new Entry(job, now));
            }

            _count = _entries.Count;
        }
    }

    /// <summary>Adds jobs that may be others' by now, since the answer to their hand-back was lost. They are not started before <see cref="Confirm"/>.</summary>
    public void AddUncertain(IEnumerable<ClaimedJob> jobs)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var job in jobs)
            {
                _uncertain.AddLast(new Entry(job, now));
            }
        }
    }

    /// <summary>Makes uncertain jobs ordinary ones that a heartbeat has found to be still held.</summary>
    public void Confirm(IReadOnlySet<long> leaseTokens)
    {
        lock (_gate)
        {
            Move(_uncertain, entry => leaseTokens.Contains(entry.Job.LeaseToken), entry => _entries.AddLast(entry));
            _count = _entries.Count;
        }
    }

    public bool TryTake([NotNullWhen(true)] out ClaimedJob? job)
    {
        lock (_gate)
        {
            job = _entries.First?.Value.Job;
            if (job is not null)
            {
                _entries.RemoveFirst();
                _count = _entries.Count;
            }

            return job is not null;
        }
    }

    /// <summary>Takes out what fits, in its order: whoever calls this owns those jobs, and nobody starts them.</summary>
    public List<ClaimedJob> Remove(Func<ClaimedJob, bool> fits) => RemoveEntries(entry => fits(entry.Job));

    /// <summary>Takes out what has waited for longer than that.</summary>
    public List<ClaimedJob> RemoveOlderThan(TimeSpan age) => RemoveEntries(entry => time.GetElapsedTime(entry.Since) > age);

    public List<ClaimedJob> All()
    {
        lock (_gate)
        {
            return [.. _entries.Concat(_uncertain).Select(entry => entry.Job)];
        }
    }

    private List<ClaimedJob> RemoveEntries(Func<Entry, bool> fits)
    {
        var removed = new List<ClaimedJob>();
        lock (_gate)
        {
            Move(_entries, fits, entry => removed.Add(entry.Job));
            Move(_uncertain, fits, entry => removed.Add(entry.Job));
            _count = _entries.Count;
        }

        return removed;
    }

    private static void Move(LinkedList<Entry> from, Func<Entry, bool> fits, Action<Entry> to)
    {
        for (var node = from.First; node is not null;)
        {
            var next = node.Next;
            if (fits(node.Value))
            {
                from.Remove(node);
                to(node.Value);
            }

            node = next;
        }
    }

    private readonly record struct Entry(ClaimedJob Job, long Since);
}
