using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>What every process that enqueues, reads or runs jobs must agree on. Section <c>Jobs</c>.</summary>
public sealed class JobQueueOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Jobs";

    /// <summary>Queues beside those that the registered kinds go to by default.</summary>
    /// <value>The default is none.</value>
    public IList<string> Queues { get; } = [];

    /// <summary>The largest payload, in bytes of JSON.</summary>
    /// <value>The default is 256 KiB.</value>
    [Range(1_024, 16 * 1024 * 1024)]
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>The largest result, in bytes. One of JSON, which is part of its job wherever that is read, is at most 1 MiB: what is larger is a file.</summary>
    /// <value>The default is 64 MiB.</value>
    [Range(1_024, 512 * 1024 * 1024)]
    public int MaxResultBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>What all keys and channels in Redis begin with. The braces keep them in one slot of a cluster; a prefix without them gets them.</summary>
    /// <value>The default is <c>{forge:jobs}</c>.</value>
    [Required]
    public string KeyPrefix { get; set; } = "{forge:jobs}";

    /// <summary>How often a follower of a job looks into Postgres while Redis is away. While it is connected and announces the changes, a tenth as often.</summary>
    /// <value>The default is 1 second.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan FollowPollInterval { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class JobQueueOptionsValidator : IValidateOptions<JobQueueOptions>;
