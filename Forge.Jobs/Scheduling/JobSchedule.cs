using System.Text.Json;

namespace Forge.Jobs;

/// <summary>A schedule as it stands in Postgres.</summary>
public sealed record JobSchedule
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of job that it enqueues.</summary>
    public required string Kind { get; init; }

    /// <summary>The version of <see cref="Payload"/>; it is brought forward at each fire.</summary>
    public required int Version { get; init; }

    /// <summary>The payload of each job.</summary>
    public required JsonElement Payload { get; init; }

    /// <summary>When it fires, in Quartz's dialect.</summary>
    public required string Cron { get; init; }

    /// <summary>The IANA time zone that <see cref="Cron"/> is read in.</summary>
    public required string TimeZone { get; init; }

    /// <summary>False while it does not fire by itself.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>Whose jobs it enqueues.</summary>
    public string? Owner { get; init; }

    /// <summary>The next time it fires; null when it is disabled, has no fire time left, or cannot be read (see <see cref="Error"/>).</summary>
    public DateTimeOffset? NextFireAt { get; init; }

    /// <summary>The next five times at which <see cref="Cron"/> fires, fewer when there are no more. A disabled schedule shows those that it would have.</summary>
    public IReadOnlyList<DateTimeOffset> NextFireTimes { get; init; } = [];

    /// <summary>The latest fire time that was dealt with: the time that was due, not the moment at which a worker came to it.</summary>
    public DateTimeOffset? LastFireAt { get; init; }

    /// <summary>The job of <see cref="LastFireAt"/>; null when none could be enqueued.</summary>
    public Guid? LastJobId { get; init; }

    /// <summary>Why its last fire enqueued no job, or why this program could not fire it; null when all is well.</summary>
    public string? Error { get; init; }

    /// <summary>When it was first put.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last put.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
