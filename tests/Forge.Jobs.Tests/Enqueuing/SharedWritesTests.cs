using Npgsql;

namespace Forge.Jobs.Tests.Enqueuing;

public sealed class SharedWritesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_WhileAnotherIsUnderWay_GoesWithTheNextTogether()
    {
        var batches = new List<int[]>();
        var firstBegan = new TaskCompletionSource();
        var firstMayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async items =>
            {
                batches.Add([.. items]);
                firstBegan.TrySetResult();
                await firstMayEnd.Task;
                return items;
            },
            limit: 10);

        var first = writes.WriteAsync(1, Token);
        await firstBegan.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var others = Enumerable.Range(2, 12).Select(item => writes.WriteAsync(item, Token)).ToList();
        firstMayEnd.SetResult();

        Assert.Equal(1, await first);
        Assert.Equal(Enumerable.Range(2, 12), await Task.WhenAll(others));
        Assert.Equal([1, 10, 2], batches.Select(batch => batch.Length));
    }

    [Fact]
    public async Task Write_OfLargeItems_EndsABatchByItsSize()
    {
        var batches = new List<int[]>();
        var firstBegan = new TaskCompletionSource();
        var firstMayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async items =>
            {
                batches.Add([.. items]);
                firstBegan.TrySetResult();
                await firstMayEnd.Task;
                return items;
            },
            limit: 10,
            bytesLimit: 100,
            bytesOf: item => item);

        var first = writes.WriteAsync(1, Token);
        await firstBegan.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var others = new[] { 60, 50, 500, 10, 10 }.Select(item => writes.WriteAsync(item, Token)).ToList();
        firstMayEnd.SetResult();

        await first;
        await Task.WhenAll(others);
        Assert.Equal([[1], [60, 50], [500], [10, 10]], batches);
    }

    [Fact]
    public async Task Write_WhenOneItemFails_TheOthersOfItsBatchSucceed()
    {
        var firstMayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async items =>
            {
                await firstMayEnd.Task;
                return items.Contains(3) ? throw new FormatException() : items;
            },
            limit: 10);

        var results = Enumerable.Range(1, 5).Select(item => writes.WriteAsync(item, Token)).ToList();
        firstMayEnd.SetResult();

        await Assert.ThrowsAsync<FormatException>(() => results[2]);
        foreach (var i in new[] { 0, 1, 3, 4 })
        {
            Assert.Equal(i + 1, await results[i]);
        }
    }

    [Fact]
    public async Task Write_WhenItsCallerGivesUp_DoesNotHoldUpTheOthers()
    {
        var mayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async items =>
            {
                await mayEnd.Task;
                return items;
            },
            limit: 10);
        using var giveUp = new CancellationTokenSource();

        var first = writes.WriteAsync(1, giveUp.Token);
        var second = writes.WriteAsync(2, Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        mayEnd.SetResult();

        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task Write_WhenPostgresIsNotReached_FailsForAllAtOnce()
    {
        var calls = 0;
        var firstMayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async _ =>
            {
                calls++;
                await firstMayEnd.Task;
                throw new NpgsqlException("The connection pool has been exhausted.");
            },
            limit: 10);

        var first = writes.WriteAsync(1, Token);
        var others = Enumerable.Range(2, 10).Select(item => writes.WriteAsync(item, Token)).ToList();
        firstMayEnd.SetResult();

        await Assert.ThrowsAsync<NpgsqlException>(() => first);
        foreach (var other in others)
        {
            await Assert.ThrowsAsync<NpgsqlException>(() => other);
        }

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Write_WhenItsCallerGivesUpBeforeItsBatchBegins_IsNotWritten()
    {
        var written = new List<int>();
        var firstBegan = new TaskCompletionSource();
        var firstMayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async items =>
            {
                written.AddRange(items);
                firstBegan.TrySetResult();
                await firstMayEnd.Task;
                return items;
            },
            limit: 10);
        using var giveUp = new CancellationTokenSource();

        var first = writes.WriteAsync(1, Token);
        await firstBegan.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var second = writes.WriteAsync(2, giveUp.Token);
        var third = writes.WriteAsync(3, Token);
        await giveUp.CancelAsync();
        firstMayEnd.SetResult();

        await Task.WhenAll(first, third);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal([1, 3], written);
    }
}
