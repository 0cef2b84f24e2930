using System.Text.Json;

namespace Forge.Jobs;

/// <summary>What a job has produced.</summary>
public abstract record JobResult
{
    private JobResult()
    {
    }

    /// <summary>No such job.</summary>
    public sealed record NotFound : JobResult;

    /// <summary>The job is not completed, so it has no result (yet).</summary>
    public sealed record NotCompleted(JobState State) : JobResult;

    /// <summary>The job completed without a result.</summary>
    public sealed record Empty : JobResult;

    /// <summary>A JSON value.</summary>
    public sealed record Json(JsonElement Value) : JobResult;

    /// <summary>A file, read from Postgres piece by piece.</summary>
    public sealed record File(JobResultFile Content) : JobResult;
}
