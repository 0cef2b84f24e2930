namespace Forge.ChaosTests;

/// <summary>Ends a wait that takes longer than anything here may take, and says what was waited for.</summary>
internal static class Bounded
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task WaitAsync(Func<CancellationToken, Task> wait, Func<string> what, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Limit);
        try
        {
            await wait(limited.Token);
        }
        catch (OperationCanceledException) when (limited.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Not within {Limit.TotalMinutes} minutes: {what()}");
        }
    }

    public static Task WaitUntilHealthyAsync(this DistributedApplication app, string name, CancellationToken cancellationToken) =>
        WaitAsync(token => app.ResourceNotifications.WaitForResourceHealthyAsync(name, token), () => $"{name} is healthy", cancellationToken);
}
