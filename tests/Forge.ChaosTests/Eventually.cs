using Npgsql;

namespace Forge.ChaosTests;

/// <summary>Waits for what other processes will bring about, asking again every 50 ms. Postgres may be away meanwhile.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<T> GetAsync<T>(Func<CancellationToken, Task<T>> read, Func<T, bool> isReached, string what)
    {
        var last = "nothing";
        var reached = default(T);
        await Bounded.WaitAsync(ReadAsync, () => $"{what}. Seen last: {last}", TestContext.Current.CancellationToken);
        return reached!;

        async Task ReadAsync(CancellationToken cancellationToken)
        {
            using var timer = new PeriodicTimer(Pause);
            do
            {
                try
                {
                    reached = await read(cancellationToken);
                    last = $"{reached}";
                    if (isReached(reached))
                    {
                        return;
                    }
                }
                catch (NpgsqlException exception)
                {
                    last = exception.Message;
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
    }
}
