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

    [Theory]
    [InlineData(PostgresErrorCodes.NumericValueOutOfRange)]
    [InlineData(PostgresErrorCodes.CheckViolation)]
    public async Task Write_WhenOneItemOfManyIsRefused_CostsFewWrites(string sqlState)
    {
        var batches = new List<int>();
        var (_, results, begin) = await GatherAsync(256, items =>
        {
            batches.Add(items.Count);
            return items.Contains(100) ? throw new PostgresException("refused", "ERROR", "ERROR", sqlState) : items;
        });

        begin();

        await Assert.ThrowsAsync<PostgresException>(() => results[100]);
        Assert.Equal(255, (await Task.WhenAll(results.Where((_, item) => item != 100))).Length);
        Assert.InRange(batches.Count, 2, 20);
    }

    [Theory]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    [InlineData(PostgresErrorCodes.LockNotAvailable)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction)]
    [InlineData(PostgresErrorCodes.AdminShutdown)]
    [InlineData(PostgresErrorCodes.TooManyConnections)]
    [InlineData(PostgresErrorCodes.DiskFull)]
    public async Task Write_WhenPostgresRefusesForReasonsOfItsOwn_FailsForAllAtOnce(string sqlState)
    {
        var calls = 0;
        var (_, results, begin) = await GatherAsync(100, items =>
        {
            calls++;
            throw new PostgresException("refused", "ERROR", "ERROR", sqlState);
        });

        begin();

        foreach (var result in results)
        {
            await Assert.ThrowsAsync<PostgresException>(() => result);
        }

        Assert.Equal(1, calls);
    }

    /// <summary>Behind a write that Postgres did not answer, nobody waits for the same once more.</summary>
    [Fact]
    public async Task Write_ThatCameWhilePostgresWasSilent_FailsWithThoseWhoWaitedForIt()
    {
        var calls = 0;
        var firstBegan = new TaskCompletionSource();
        var firstMayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async _ =>
            {
                calls++;
                firstBegan.TrySetResult();
                await firstMayEnd.Task;
                throw new NpgsqlException("Exception while reading from stream", new TimeoutException());
            },
            limit: 10);

        var first = writes.WriteAsync(0, Token);
        await firstBegan.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var later = writes.WriteAsync(1, Token);
        firstMayEnd.SetResult();

        await Assert.ThrowsAsync<NpgsqlException>(() => first);
        await Assert.ThrowsAsync<NpgsqlException>(() => later);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Write_WhoseCallerGivesUpWhileACulpritIsLookedFor_IsNotWritten()
    {
        using var giveUp = new CancellationTokenSource();
        var batches = new List<int[]>();
        var (writes, results, begin) = await GatherAsync(
            4,
            items =>
            {
                batches.Add([.. items]);
                giveUp.Cancel();
                return items.Contains(0) ? throw new FormatException() : items;
            },
            item => item >= 2 ? giveUp.Token : Token);

        begin();

        await Assert.ThrowsAsync<FormatException>(() => results[0]);
        await results[1];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => results[2]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => results[3]);
        await writes.WriteAsync(9, Token); // behind all that was left of the others
        Assert.Equal([[0, 1, 2, 3], [0, 1], [0], [1], [9]], batches);
    }

    /// <summary>Items 0 to <paramref name="count"/> - 1 that go together, once the write before them, which is of none of them, has been let go.</summary>
    private static async Task<(SharedWrites<int, int> Writes, Task<int>[] Results, Action Begin)> GatherAsync(
        int count, Func<IReadOnlyList<int>, IReadOnlyList<int>> write, Func<int, CancellationToken>? tokenOf = null)
    {
        var firstBegan = new TaskCompletionSource();
        var firstMayEnd = new TaskCompletionSource();
        var writes = new SharedWrites<int, int>(
            async items =>
            {
                if (items[0] < 0)
                {
                    firstBegan.SetResult();
                    await firstMayEnd.Task;
                    return items;
                }

                return write(items);
            },
            limit: count);
        _ = writes.WriteAsync(-1, Token);
        await firstBegan.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var results = Enumerable.Range(0, count).Select(item => writes.WriteAsync(item, tokenOf?.Invoke(item) ?? Token)).ToArray();
        return (writes, results, firstMayEnd.SetResult);
    }
}
