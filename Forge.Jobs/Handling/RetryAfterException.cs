namespace Forge.Jobs;

/// <summary>Thrown by a handler that knows when to try again. It uses up the attempt like any other failure.</summary>
public sealed class RetryAfterException : Exception
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(365);

    /// <summary>At once, without a reason; better give both.</summary>
    public RetryAfterException()
    {
    }

    /// <summary>At once, with the reason.</summary>
    public RetryAfterException(string message)
        : base(message)
    {
    }

    /// <summary>At once, with the reason and its cause.</summary>
    public RetryAfterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>After <paramref name="delay"/> instead of the kind's backoff, with the reason and its cause. The cause's type is the attempt's error type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The delay is below zero or above 365 days. Limit one that somebody else named.</exception>
    public RetryAfterException(TimeSpan delay, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, MaxDelay);
        Delay = delay;
    }

    /// <summary>How long to wait before the next attempt, at most 365 days.</summary>
    /// <value>The default is zero.</value>
    public TimeSpan Delay { get; }
}
