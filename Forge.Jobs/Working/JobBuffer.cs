using System.Diagnostics.CodeAnalysis;

namespace Forge.Jobs;

/// <summary>Jobs that this worker has claimed and not started yet, first in, first out. They are under its lease like those that run.</summary>
/// <remarks>It holds what starts within a moment, so that a claim brings many jobs and nobody waits for the next one; see <see cref="ClaimAhead"/>.</remarks>
internal sealed class JobBuffer(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(IEnumerable<ClaimedJob> jobs)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var job in jobs)
            {
                _entries.Enqueue(new Entry(job, now));
            }

            _count = _entries.Count;
        }
    }

    public bool TryTake([NotNullWhen(true)] out ClaimedJob? job)
    {
        lock (_gate)
        {
            job = _entries.TryDequeue(out var entry) ? entry.Job : null;
            _count = _entries.Count;
            return job is not null;
        }
    }

    /// <summary>Takes out what fits, in its order: whoever calls this owns those jobs, and nobody starts them.</summary>
    public List<ClaimedJob> Remove(Func<ClaimedJob, bool> fits)
    {
        var removed = new List<ClaimedJob>();
        lock (_gate)
        {
            for (var left = _entries.Count; left > 0; left--)
            {
                var entry = _entries.Dequeue();
                if (fits(entry.Job))
                {
                    removed.Add(entry.Job);
                }
                else
                {
                    _entries.Enqueue(entry);
                }
            }

            _count = _entries.Count;
        }

        return removed;
    }

    /// <summary>Takes out what has waited for longer than that.</summary>
    public List<ClaimedJob> RemoveOlderThan(TimeSpan age)
    {
        var removed = new List<ClaimedJob>();
        lock (_gate)
        {
            while (_entries.TryPeek(out var entry) && time.GetElapsedTime(entry.Since) > age)
            {
                removed.Add(_entries.Dequeue().Job);
            }

            _count = _entries.Count;
        }

        return removed;
    }

    public List<ClaimedJob> All()
    {
        lock (_gate)
        {
            return [.. _entries.Select(entry => entry.Job)];
        }
    }

    private readonly record struct Entry(ClaimedJob Job, long Since);
}
