using System.ComponentModel.DataAnnotations;

namespace Forge.PostResponse;

/// <summary>Settings of the post-response lane, bound from the configuration section <c>PostResponse</c>.</summary>
public sealed class PostResponseOptions
{
    /// <summary>The configuration section that the options are bound from.</summary>
    public const string SectionName = "PostResponse";

    private const string Zero = "00:00:00";
    private const string OneDay = "1.00:00:00";

    /// <summary>How many tasks may be reserved, waiting or running at once.</summary>
    /// <value>Default: 10,000.</value>
    [Range(1, 10_000_000)]
    public int Capacity { get; set; } = 10_000;

    /// <summary>How many tasks one request may add. What it adds beyond that is dropped, named in the log and counted.</summary>
    /// <value>Default: 100.</value>
    /// <remarks>
    /// A task holds its room until the request has ended and the task has run. A request that lasts for hours, such as a hub connection, must not fill
    /// the lane.
    /// </remarks>
    [Range(1, 10_000_000)]
    public int MaxTasksPerRequest { get; set; } = 100;

    /// <summary>How many requests with asynchronous tasks only are worked off side by side. An asynchronous task that waits holds no thread.</summary>
    /// <value>Default: 64.</value>
    [Range(1, 65_536)]
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>How many requests with a synchronous task are worked off side by side, beside <see cref="MaxConcurrency"/> others. Each has a thread for it.</summary>
    /// <value>Default: 4. The threads are started when the first synchronous task comes.</value>
    [Range(1, 1_024)]
    public int SynchronousThreads { get; set; } = 4;

    /// <summary>What happens when there is no room.</summary>
    /// <value>Default: <see cref="FullBacklogPolicy.Reject"/>.</value>
    [EnumDataType(typeof(FullBacklogPolicy))]
    public FullBacklogPolicy WhenFull { get; set; } = FullBacklogPolicy.Reject;

    /// <summary>How long a request waits for room under <see cref="FullBacklogPolicy.Wait"/>.</summary>
    /// <value>Default: 2 seconds.</value>
    [Range(typeof(TimeSpan), Zero, OneDay)]
    public TimeSpan WaitLimit { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many requests may wait for room at once under <see cref="FullBacklogPolicy.Wait"/>; more are refused.</summary>
    /// <value>Default: 1,000.</value>
    [Range(0, 1_000_000)]
    public int MaxWaitingRequests { get; set; } = 1_000;

    /// <summary>What a refused client is told to wait (<c>Retry-After</c>, in whole seconds).</summary>
    /// <value>Default: 1 second.</value>
    [Range(typeof(TimeSpan), Zero, OneDay)]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a task may run before its token is cancelled; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    /// <value>Default: 1 minute.</value>
    /// <remarks>A task that ignores its token keeps its place until it ends.</remarks>
    public TimeSpan TaskTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What happens to the later tasks of a request when one fails.</summary>
    /// <value>Default: <see cref="AfterFailure.Continue"/>.</value>
    [EnumDataType(typeof(AfterFailure))]
    public AfterFailure AfterFailure { get; set; } = AfterFailure.Continue;

    /// <summary>At a graceful stop: how long tasks go on running after the server has stopped.</summary>
    /// <value>Default: 3 seconds.</value>
    /// <remarks>Together with <see cref="HandOverBudget"/> it must fit into the host's shutdown timeout, which is checked at start.</remarks>
    [Range(typeof(TimeSpan), Zero, OneDay)]
    public TimeSpan DrainBudget { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>At a graceful stop: how long handing over what is left may take, after the drain budget is used up.</summary>
    /// <value>Default: 1 second.</value>
    [Range(typeof(TimeSpan), Zero, OneDay)]
    public TimeSpan HandOverBudget { get; set; } = TimeSpan.FromSeconds(1);
}
