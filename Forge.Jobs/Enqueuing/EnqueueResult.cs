namespace Forge.Jobs;

/// <summary>What became of one enqueue. Failures of the database are exceptions; these are the outcomes to expect.</summary>
public abstract record EnqueueResult
{
    private EnqueueResult(Guid jobId)
    {
        JobId = jobId;
    }

    /// <summary>The new job's id or, for the other outcomes, the id of the job that was there before.</summary>
    public Guid JobId { get; }

    /// <summary>The job is committed (or will be, with the caller's transaction).</summary>
    public sealed record Enqueued(Guid JobId) : EnqueueResult(JobId);

    /// <summary>A live job of the same owner holds the unique key; nothing was stored.</summary>
    public sealed record UniqueKeyTaken(Guid JobId) : EnqueueResult(JobId);

    /// <summary>The same request was enqueued before under this idempotency key; nothing was stored.</summary>
    public sealed record IdempotencyReplay(Guid JobId) : EnqueueResult(JobId);

    /// <summary>A different request was enqueued before under this idempotency key; nothing was stored.</summary>
    public sealed record IdempotencyConflict(Guid JobId) : EnqueueResult(JobId);
}
