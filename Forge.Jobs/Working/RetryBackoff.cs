namespace Forge.Jobs;

/// <summary>Exponential backoff with jitter, so that jobs which failed together do not come back together.</summary>
internal static class RetryBackoff
{
    private const double Jitter = 0.1;

    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="options">The kind's first and longest pause.</param>
    /// <param name="hint">What the handler asked for. It lengthens the pause and never shortens it: a gateway that is down and says "now" would use up all attempts within seconds.</param>
    public static TimeSpan DelayAfter(int attempt, JobKindOptions options, TimeSpan? hint = null)
    {
        // As a number until it is limited: a TimeSpan ends long before the doubling does.
        var seconds = Math.Min(options.FirstRetryDelay.TotalSeconds * Math.Pow(2, attempt - 1), options.MaxRetryDelay.TotalSeconds);
#pragma warning disable CA5394 // Spreading load needs no secret numbers.
        var own = TimeSpan.FromSeconds(seconds * (1 - Jitter + Random.Shared.NextDouble() * 2 * Jitter));
#pragma warning restore CA5394
        return hint > own ? hint.Value : own;
    }
}
