namespace Forge.IntegrationTests;

/// <summary>Waits for what another process will bring about, asking again every 100 ms, for at most 30 s.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<T> GetAsync<T>(Func<CancellationToken, Task<T>> read, Func<T, bool> isReached, string what)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        cancellation.CancelAfter(Timeout);
        T? last = default;
        try
        {
            using var timer = new PeriodicTimer(Pause);
            do
            {
                last = await read(cancellation.Token);
                if (isReached(last))
                {
                    return last;
                }
            }
            while (await timer.WaitForNextTickAsync(cancellation.Token));
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Told below, with what was seen last.
        }

        throw new TimeoutException($"Not within {Timeout.TotalSeconds} s: {what}. Seen last: {last}");
    }
}
