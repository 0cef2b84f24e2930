using System.Text.Json.Nodes;

namespace Forge.Jobs;

/// <summary>What holds for every job of one kind unless the job itself says otherwise.</summary>
/// <remarks>It is set while the kind is registered. After that every setter, and <see cref="Upcast"/>, throws an <see cref="InvalidOperationException"/>.</remarks>
public sealed class JobKindOptions
{
    private bool _isFrozen;

    /// <summary>The queue its jobs go to.</summary>
    /// <value>The default is <c>default</c>.</value>
    public string Queue { get; set => field = Settable(value); } = "default";

    /// <summary>The version of the payload that this program writes, and the highest it can run. A worker leaves jobs of a higher version to newer workers, and those of a lower one that no <see cref="Upcast"/> brings forward to older ones.</summary>
    /// <value>The default is 1.</value>
    public int Version { get; set => field = Settable(value); } = 1;

    /// <summary>How many times a job may run in all, the first time included.</summary>
    /// <value>The default is 25. With the default pauses that is about five days, so that an outage over a long weekend makes no dead letters.</value>
    public int MaxAttempts { get; set => field = Settable(value); } = 25;

    /// <summary>How long one run may take. Then its token is cancelled and the attempt counts as failed.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan Timeout { get; set => field = Settable(value); } = TimeSpan.FromMinutes(5);

    /// <summary>The pause before the second attempt. It doubles with every further one and varies by up to 10 % either way.</summary>
    /// <value>The default is 1 second.</value>
    public TimeSpan FirstRetryDelay { get; set => field = Settable(value); } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts.</summary>
    /// <value>The default is 12 hours.</value>
    public TimeSpan MaxRetryDelay { get; set => field = Settable(value); } = TimeSpan.FromHours(12);

    /// <summary>How many of its jobs may run at once, on all workers together. What a dead worker was running counts until it is rescued, since it may still be running.</summary>
    /// <value>The default is <see langword="null"/>: as many as the workers have places for.</value>
    /// <remarks>Postgres decides, by the rows that run. Workers whose programs give different limits each keep to their own.</remarks>
    public int? MaxConcurrency { get; set => field = Settable(value); }

    /// <summary>How many of its jobs may start within a period, on all workers together. Every start counts, retries too; one that a dying worker had claimed counts although it may not have started.</summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public JobRateLimit? RateLimit { get; set => field = Settable(value); }

    /// <summary>True when only the application itself (or an administrator) may enqueue it, not any user through an outside API. The library only carries this; whoever maps requests to jobs must ask it.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool IsInternal { get; set => field = Settable(value); }

    internal bool IsLimited => MaxConcurrency is not null || RateLimit is not null;

    internal PayloadUpcasts Upcasts { get; } = new();

    /// <summary>Brings stored payloads of an older version one version forward, before a handler sees them. Steps are chained up to <see cref="Version"/>; one that is missing in between is refused when the kind is registered.</summary>
    /// <param name="from">The version that the step takes, at least 1; it leaves <paramref name="from"/> + 1.</param>
    /// <param name="change">Changes the payload in place, with its members named as in the stored JSON (camelCase). When it throws, the job goes to the dead letters with that error.</param>
    /// <exception cref="ArgumentException">There is a step from this version already.</exception>
    /// <example><c>kind.Version = 2; kind.Upcast(from: 1, json => json["pages"] = 1);</c></example>
    public void Upcast(int from, Action<JsonObject> change) => Upcasts.Add(Settable(from), change);

    /// <summary>Checks the options, and lets nobody change them afterwards: what was checked is what holds.</summary>
    internal void Freeze(string kind)
    {
        Validate(kind);
        _isFrozen = true;
    }

    internal void Validate(string kind)
    {
        Require(Queue.Length is > 0 and <= 100, "a queue's name of 1 to 100 characters");
        Require(Version >= 1, "a version of at least 1");
        Require(Upcasts.FindGap(Version) is null, Upcasts.FindGap(Version) ?? "");
        Require(MaxAttempts is >= 1 and <= JobLimits.MaxAttempts, $"1 to {JobLimits.MaxAttempts} attempts");
        Require(Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromDays(7), "a timeout of more than zero and at most 7 days");
        Require(FirstRetryDelay > TimeSpan.Zero && FirstRetryDelay <= MaxRetryDelay, "a first retry delay of more than zero, and not above the longest");
        Require(MaxRetryDelay <= TimeSpan.FromDays(365), "a longest retry delay of at most a year");
        Require(MaxConcurrency is null or (>= 1 and <= 100_000), "a concurrency limit of 1 to 100,000, or none");
        Require(RateLimit is null or { Permits: >= 1 and <= 100_000 }, "a rate limit of 1 to 100,000 permits, or none");
        Require(RateLimit is null || (RateLimit.Period >= TimeSpan.FromMilliseconds(10) && RateLimit.Period <= TimeSpan.FromDays(1)), "a rate limit over 10 ms to a day");

        void Require(bool isRight, string what)
        {
            if (!isRight)
            {
                throw new ArgumentException($"The kind '{kind}' needs {what}.", nameof(kind));
            }
        }
    }

    private T Settable<T>(T value) => _isFrozen
        ? throw new InvalidOperationException("The kind is registered: set its options in the delegate of AddJobKind or AddJobHandler.")
        : value;
}
