namespace Forge.Jobs;

/// <summary>The job that a handler runs, with its payload.</summary>
/// <typeparam name="TPayload">What the job is given.</typeparam>
public sealed class JobContext<TPayload> : JobContext
    where TPayload : notnull
{
    internal JobContext(ClaimedJob job, TPayload payload, RunningJobWriter writer, int maxResultBytes)
        : base(job, writer, maxResultBytes)
    {
        Payload = payload;
    }

    /// <summary>What the job was enqueued with.</summary>
    public TPayload Payload { get; }
}
