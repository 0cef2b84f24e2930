namespace Forge.Jobs;

/// <summary>Thrown by a handler that knows when to try again at the earliest. It uses up the attempt like any other failure.</summary>
/// <remarks>
/// The pause is never shorter than the kind's own backoff: an outside system that is down and names zero, or a time that is past, would otherwise use up all attempts within seconds.
/// </remarks>
public sealed class RetryAfterException : Exception
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(365);

    /// <summary>After the kind's backoff, without a reason; better give one.</summary>
    public RetryAfterException()
    {
    }

    /// <summary>After the kind's backoff, with the reason.</summary>
    public RetryAfterException(string message)
        : base(message)
    {
    }

    /// <summary>After the kind's backoff, with the reason and its cause. The cause's type is the attempt's error type.</summary>
    public RetryAfterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>After <paramref name="delay"/> or the kind's backoff, whichever is longer, with the reason and its cause. The cause's type is the attempt's error type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The delay is below zero or above 365 days. Clamp values that come from outside.</exception>
    public RetryAfterException(TimeSpan delay, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, MaxDelay);
        Delay = delay;
    }

    /// <summary>The shortest pause before the next attempt, at most 365 days.</summary>
    /// <value>The default is zero: the kind's backoff decides.</value>
    public TimeSpan Delay { get; }
}
