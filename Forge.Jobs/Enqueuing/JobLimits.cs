namespace Forge.Jobs;

/// <summary>The bounds of what a job may ask for. Enqueuing refuses what is outside; whoever reads requests from other programs asks here first, and says so in its own way.</summary>
public static class JobLimits
{
    /// <summary>The last priority; the first is 0.</summary>
    public const int MaxPriority = 9;

    /// <summary>How many runs a job may have at most, the first included.</summary>
    public const int MaxAttempts = 100;

    /// <summary>How long a unique key, an idempotency key or the name of an owner may be, in characters.</summary>
    public const int MaxKeyLength = 200;

    /// <summary>How many items a page of a list may have.</summary>
    public const int MaxPageSize = 200;

    /// <summary>How long a job may be delayed.</summary>
    public static TimeSpan MaxDelay { get; } = TimeSpan.FromDays(3650);

    /// <summary>What <see cref="IsKey"/> admits, for messages: "must have …".</summary>
    public static string KeyRule { get; } = $"must have 1 to {MaxKeyLength} characters, none of them a control character or half of a surrogate pair";

    /// <summary>True for a text that can be a unique key, an idempotency key or the name of an owner. Half of a surrogate pair is no text in UTF-8, which Postgres stores.</summary>
    public static bool IsKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length > 0 && !key.Any(char.IsControl) && StorableText.Cut(key, MaxKeyLength) == key;
    }
}
