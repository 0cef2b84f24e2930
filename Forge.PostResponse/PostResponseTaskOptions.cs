namespace Forge.PostResponse;

/// <summary>Settings of one registered task. What is unset comes from <see cref="PostResponseOptions"/>.</summary>
public sealed class PostResponseTaskOptions
{
    /// <summary>How long a run may take before its token is cancelled; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    /// <value>Default: <see cref="PostResponseOptions.TaskTimeout"/>.</value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>What happens to the request's later tasks when this one fails.</summary>
    /// <value>Default: <see cref="PostResponseOptions.AfterFailure"/>.</value>
    public AfterFailure? AfterFailure { get; set; }
}
