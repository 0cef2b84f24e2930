namespace Forge.Jobs;

/// <summary>What became of a bulk enqueue: all jobs are stored, or none.</summary>
public abstract record EnqueueManyResult
{
    private EnqueueManyResult()
    {
    }

    /// <summary>All are committed (or will be, with the caller's transaction); the ids are in the order of the requests.</summary>
    public sealed record Enqueued(IReadOnlyList<Guid> JobIds) : EnqueueManyResult;

    /// <summary>The request at <paramref name="Index"/> has a unique key that a live job, or an earlier request of the same call, holds; nothing was stored.</summary>
    /// <param name="Index">The position of the request, from 0.</param>
    /// <param name="JobId">The job that holds the key; null when it is another request of the same call.</param>
    public sealed record UniqueKeyTaken(int Index, Guid? JobId) : EnqueueManyResult;
}
