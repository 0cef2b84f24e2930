using System.Text.Json;

namespace Forge.Jobs;

/// <summary>A job to be enqueued. Start with <see cref="For{TPayload}"/>, or from JSON with <see cref="JobKindRegistry.CreateRequest"/>.</summary>
/// <example><c>JobRequest.For("report.generate", payload) with { Delay = TimeSpan.FromMinutes(5) }</c></example>
public sealed record JobRequest
{
    private JobRequest(string kind, Type payloadType, string payload)
    {
        Kind = kind;
        PayloadType = payloadType;
        Payload = payload;
    }

    /// <summary>The kind, registered in this program.</summary>
    public string Kind { get; }

    /// <summary>The payload as it will be stored, in JSON.</summary>
    public string Payload { get; }

    /// <summary>The queue.</summary>
    /// <value>The default is the kind's own queue.</value>
    public string? Queue { get; init; }

    /// <summary>0 (first) to <see cref="JobLimits.MaxPriority"/> (last).</summary>
    /// <value>The default is 5.</value>
    public int Priority { get; init; } = 5;

    /// <summary>How long to wait from now, by Postgres' clock, before the first run. Not together with <see cref="RunAt"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The earliest start, before the year 9999. In the past means now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>How many runs in all, the first included.</summary>
    /// <value>The default is the kind's own limit.</value>
    public int? MaxAttempts { get; init; }

    /// <summary>Whose job it is, for instance a user's id. The library only stores it, filters by it, and keeps keys of different owners apart.</summary>
    public string? Owner { get; init; }

    /// <summary>Admits one live (not finished) job per owner and key. What <see cref="JobLimits.IsKey"/> admits.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>Makes a repeated enqueue by the same owner answer with the first job, for as long as that job's row exists. What <see cref="JobLimits.IsKey"/> admits; single jobs only.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What tells a repetition from a different request under the same <see cref="IdempotencyKey"/>: any bytes that are equal for equal requests, up to 64.</summary>
    /// <value>By default a hash of the kind, the payload and the options asked for.</value>
    public ReadOnlyMemory<byte> RequestHash { get; init; }

    internal Type PayloadType { get; }

    /// <summary>A job of this kind with this payload.</summary>
    /// <exception cref="ArgumentException">The payload holds what Postgres cannot store: text with U+0000 or half of a surrogate pair, or a number with an exponent beyond -400 to 308.</exception>
    public static JobRequest For<TPayload>(string kind, TPayload payload)
        where TPayload : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentNullException.ThrowIfNull(payload);
        return Create(kind, typeof(TPayload), payload);
    }

    internal static JobRequest Create(string kind, Type payloadType, object payload)
    {
        var json = JsonSerializer.Serialize(payload, payloadType, JobJson.Stored);
        return JobJson.FindUnstorable(json) is { } unstorable
            ? throw new UnstorablePayloadException(unstorable, nameof(payload))
            : new JobRequest(kind, payloadType, json);
    }
}

/// <summary>A payload that Postgres cannot hold.</summary>
internal sealed class UnstorablePayloadException(string unstorable, string parameter) : ArgumentException($"The payload holds {unstorable}, which Postgres cannot store.", parameter)
{
    public string Unstorable { get; } = unstorable;
}
