namespace Forge.Jobs;

/// <summary>What became of a schedule that was to run at once.</summary>
public abstract record RunScheduleResult
{
    private RunScheduleResult()
    {
    }

    /// <summary>The job is committed.</summary>
    public sealed record Enqueued(Guid JobId) : RunScheduleResult;

    /// <summary>No such schedule.</summary>
    public sealed record NotFound : RunScheduleResult;

    /// <summary>A live job holds the unique key of the schedule's jobs; nothing was stored.</summary>
    public sealed record UniqueKeyTaken(Guid JobId) : RunScheduleResult;

    /// <summary>The kind or the queue is not known to this program, or the stored payload does not fit any more; <paramref name="Reason"/> says which.</summary>
    public sealed record NotRunnable(string Reason) : RunScheduleResult;
}
