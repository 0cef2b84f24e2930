namespace Forge.PostResponse.Tests;

internal static class Eventually
{
    /// <summary>Asks again every few milliseconds until the answer is yes, and fails when patience ends.</summary>
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(LaneApp.Patience);
        while (!condition())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
