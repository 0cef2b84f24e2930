using System.Runtime.CompilerServices;

namespace Aspire.Dashboard.Live;

internal static class Cancellation
{
    /// <summary>The items until somebody cancels: a browser that goes, or an AppHost that stops, is how a stream ends and no error.</summary>
    public static async IAsyncEnumerable<T> UntilCancelled<T>(this IAsyncEnumerable<T> items, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await using var enumerator = items.GetAsyncEnumerator(end.Token);
        while (await MoveNextAsync())
        {
            yield return enumerator.Current;
        }

        async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                return await enumerator.MoveNextAsync();
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return false;
            }
        }
    }
}
