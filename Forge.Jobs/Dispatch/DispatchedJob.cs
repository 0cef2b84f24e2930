namespace Forge.Jobs;

/// <summary>Jobs that any worker which can run one of them can run: each such list has keys in Redis, one for each priority, so that no worker takes ids that it has no handler for.</summary>
internal readonly record struct JobList(string Queue, string Kind, int Version);

/// <summary>An id and where it belongs in Redis.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="List">Its list.</param>
/// <param name="Priority">0 to 9.</param>
/// <param name="IsLimited">Jobs of rate- or concurrency-limited kinds are never listed, because a blocked job would hold up those behind it; workers are notified by kind.</param>
internal readonly record struct DispatchedJob(Guid Id, JobList List, int Priority, bool IsLimited = false)
{
    public DispatchedJob(ClaimedJob job, bool isLimited)
        : this(job.Id, new JobList(job.Queue, job.Kind, job.Version), job.Priority, isLimited)
    {
    }
}
