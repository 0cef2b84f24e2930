using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>How one worker process works. Section <c>Jobs:Worker</c>.</summary>
public sealed class JobWorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Jobs:Worker";

    /// <summary>The queues to work on. Each must be one that the program knows (<see cref="JobKindRegistry.Queues"/>), or the worker does not start.</summary>
    /// <value>The default is none, which means all that the program knows.</value>
    public IList<string> Queues { get; } = [];

    /// <summary>How many jobs run at once in this process.</summary>
    /// <value>The default is 16.</value>
    [Range(1, 1_000)]
    public int Concurrency { get; set; } = 16;

    /// <summary>How long a worker may be silent before its jobs are taken from it.</summary>
    /// <value>The default is 8 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How often the worker renews its leases and learns about cancelled jobs and paused queues. At most a third of <see cref="LeaseDuration"/>.</summary>
    /// <value>The default is 1.5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How many workers in a row may end, or stop answering, while they hold a job before it is discarded. From the second on the job runs after a growing pause, and beside no other such job.</summary>
    /// <value>The default is 5. With 1, no job runs again whose worker died.</value>
    /// <remarks>Deaths are counted apart from attempts: they use up none, and whatever end of a run is stored starts the count again.</remarks>
    [Range(1, 1_000)]
    public int MaxDeaths { get; set; } = 5;

    /// <summary>How often jobs of silent workers are looked for.</summary>
    /// <value>The default is 2 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan RescueInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often due jobs, scheduled or to be retried, are made available.</summary>
    /// <value>The default is 0.5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan PromoteInterval { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How often the worker looks for jobs in Postgres itself, past Redis.</summary>
    /// <value>The default is 2 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan FallbackPollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often available jobs that Redis lost are put on its lists again, and the figures of the queues are taken.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the worker looks whether a schedule has changed, beside being told so through Redis. It wakes for the next due one in any case.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan SchedulePollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often old finished jobs are deleted.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long completed and cancelled jobs are kept, with their results, and the records of fires.</summary>
    /// <value>The default is 7 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan RetainFinished { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long dead letters are kept.</summary>
    /// <value>The default is 30 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan RetainDiscarded { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long running jobs get to finish when the worker stops; then they are handed back without using up an attempt. It and one second more must fit into the host's shutdown timeout (30 s by default), or the worker does not start.</summary>
    /// <value>The default is 20 seconds. A worker without running jobs stops at once.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long claimable jobs may wait while the worker has room and claims nothing before it calls itself unhealthy.</summary>
    /// <value>The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IdleAlarm { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
internal sealed partial class JobWorkerOptionsValidator : IValidateOptions<JobWorkerOptions>;

internal sealed class JobWorkerIntervalsValidator : IValidateOptions<JobWorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, JobWorkerOptions options) =>
        options.HeartbeatInterval * 3 <= options.LeaseDuration
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(options.HeartbeatInterval)} must be at most a third of {nameof(options.LeaseDuration)}, or one late heartbeat costs the worker its jobs.");
}

/// <summary>Checks that each queue is one that a job can be in: a worker with a misspelt queue would be healthy and do nothing.</summary>
internal sealed class JobWorkerQueuesValidator(JobKindRegistry kinds) : IValidateOptions<JobWorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, JobWorkerOptions options) =>
        options.Queues.Except(kinds.Queues, StringComparer.Ordinal).ToArray() is { Length: > 0 } unknown
            ? ValidateOptionsResult.Fail(
                $"{JobWorkerOptions.SectionName}:{nameof(options.Queues)} names {string.Join(", ", unknown.Select(queue => $"'{queue}'"))}, which no job can be in here. " +
                $"The queues that this program knows are {string.Join(", ", kinds.Queues)}: correct the name, or add the queue to {JobQueueOptions.SectionName}:{nameof(JobQueueOptions.Queues)}.")
            : ValidateOptionsResult.Success;
}

/// <summary>Checks that a stop fits into the time which the host gives to it.</summary>
internal sealed class JobWorkerShutdownValidator(IOptions<HostOptions> host) : IValidateOptions<JobWorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, JobWorkerOptions options) =>
        host.Value.ShutdownTimeout == Timeout.InfiniteTimeSpan || options.StopGrace + JobWorker.HandBackTime <= host.Value.ShutdownTimeout
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{JobWorkerOptions.SectionName}:{nameof(options.StopGrace)} of {options.StopGrace}, and {JobWorker.HandBackTime} to hand jobs back, take longer than " +
                $"the host's shutdown timeout of {host.Value.ShutdownTimeout}. Shorten it, or raise HostOptions.ShutdownTimeout.");
}
