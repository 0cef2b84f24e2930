namespace Forge.Jobs;

/// <summary>Exponential backoff with jitter, so that jobs which failed together do not come back together.</summary>
internal static class RetryBackoff
{
    private const double Jitter = 0.1;

    public static TimeSpan DelayAfter(int attempt, JobKindOptions options)
    {
        var exponential = options.FirstRetryDelay * Math.Pow(2, Math.Min(attempt - 1, 30));
        var limited = exponential < options.MaxRetryDelay ? exponential : options.MaxRetryDelay;
#pragma warning disable CA5394 // Spreading load needs no secret numbers.
        return limited * (1 - Jitter + Random.Shared.NextDouble() * 2 * Jitter);
#pragma warning restore CA5394
    }
}
