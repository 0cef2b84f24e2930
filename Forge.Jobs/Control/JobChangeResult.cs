namespace Forge.Jobs;

/// <summary>What became of a person's request to change a job.</summary>
public abstract record JobChangeResult
{
    private JobChangeResult()
    {
    }

    /// <summary>Done; <paramref name="State"/> is the job's state now. A running job that was asked to stop is still <see cref="JobState.Running"/>.</summary>
    public sealed record Changed(JobState State) : JobChangeResult;

    /// <summary>No such job.</summary>
    public sealed record NotFound : JobChangeResult;

    /// <summary>The job is in a state that does not admit it.</summary>
    public sealed record WrongState(JobState State) : JobChangeResult;

    /// <summary>A retry is not possible: another live job holds the same unique key.</summary>
    public sealed record UniqueKeyTaken(Guid JobId) : JobChangeResult;
}
