using Npgsql;

namespace Forge.ChaosTests;

/// <summary>Waits for what other processes will bring about, asking again every 50 ms, for at most two minutes. Postgres may be away meanwhile.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<T> GetAsync<T>(Func<CancellationToken, Task<T>> read, Func<T, bool> isReached, string what)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        cancellation.CancelAfter(Limit);
        var last = "nothing";
        try
        {
            using var timer = new PeriodicTimer(Pause);
            do
            {
                try
                {
                    var value = await read(cancellation.Token);
                    last = $"{value}";
                    if (isReached(value))
                    {
                        return value;
                    }
                }
                catch (NpgsqlException exception)
                {
                    last = exception.Message;
                }
            }
            while (await timer.WaitForNextTickAsync(cancellation.Token));
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Told below, with what was seen last.
        }

        throw new TimeoutException($"Not within {Limit.TotalMinutes} minutes: {what}. Seen last: {last}");
    }
}
