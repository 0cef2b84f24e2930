namespace Forge.Jobs;

/// <summary>Exponential backoff with jitter, so that jobs which failed together do not come back together.</summary>
internal static class RetryBackoff
{
    private const double Jitter = 0.1;

    public static TimeSpan DelayAfter(int attempt, JobKindOptions options)
    {
        // As a number until it is limited: a TimeSpan ends long before the doubling does.
        var seconds = Math.Min(options.FirstRetryDelay.TotalSeconds * Math.Pow(2, attempt - 1), options.MaxRetryDelay.TotalSeconds);
#pragma warning disable CA5394 // Spreading load needs no secret numbers.
        return TimeSpan.FromSeconds(seconds * (1 - Jitter + Random.Shared.NextDouble() * 2 * Jitter));
#pragma warning restore CA5394
    }
}
