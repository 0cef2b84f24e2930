using Forge.Api.CpuLane;
using Microsoft.Extensions.Options;

namespace Forge.Api.Tests.CpuLane;

public sealed class CpuLaneThreadsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WhenThereIsRoom_AnswersFromAThreadOfTheLane()
    {
        using var lane = Create();

        var (name, isPool) = await lane.RunAsync(() => (Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread), Cancellation).WaitAsync(Soon, Cancellation);

        Assert.StartsWith("CPU lane", name, StringComparison.Ordinal);
        Assert.False(isPool);
    }

    [Fact]
    public async Task Run_WhenTheWorkFails_HandsTheFailureToItsCallerAndGoesOn()
    {
        using var lane = Create();

        await Assert.ThrowsAsync<FormatException>(() => lane.RunAsync<int>(() => throw new FormatException(), Cancellation));

        Assert.Equal(1, await lane.RunAsync(() => 1, Cancellation).WaitAsync(Soon, Cancellation));
    }

    [Fact]
    public async Task Run_WhenTheQueueIsFull_RefusesAtOnceAndTakesMoreOnceThereIsRoom()
    {
        using var lane = Create(capacity: 2);
        using var busy = await BusyThread.StartAsync(lane);
        var waiting = new[] { lane.RunAsync(() => 1, Cancellation), lane.RunAsync(() => 2, Cancellation) };

        var refused = await Assert.ThrowsAsync<CpuLaneFullException>(() => lane.RunAsync(() => 3, Cancellation));

        Assert.Equal(TimeSpan.FromSeconds(7), refused.RetryAfter);
        busy.Release();
        var answers = await Task.WhenAll(waiting).WaitAsync(Soon, Cancellation);
        Assert.Equal([1, 2], answers);
        Assert.Equal(4, await lane.RunAsync(() => 4, Cancellation).WaitAsync(Soon, Cancellation));
    }

    [Fact]
    public async Task Run_WhenTheCallerGivesUpWaiting_NeverRunsAndGivesItsPlaceFree()
    {
        using var lane = Create(capacity: 1);
        using var busy = await BusyThread.StartAsync(lane);
        using var caller = new CancellationTokenSource();
        var ran = false;
        var waiting = lane.RunAsync(() => ran = true, caller.Token);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Soon, Cancellation));
        var next = lane.RunAsync(() => 2, Cancellation);
        busy.Release();

        Assert.Equal(2, await next.WaitAsync(Soon, Cancellation));
        Assert.False(ran);
    }

    [Fact]
    public async Task Dispose_WhenWorkIsWaiting_CancelsIt()
    {
        var lane = Create();
        using var busy = await BusyThread.StartAsync(lane);
        var waiting = lane.RunAsync(() => 1, Cancellation);

        var disposing = Task.Run(lane.Dispose, Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Soon, Cancellation));
        busy.Release();

        await disposing.WaitAsync(Soon, Cancellation);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Options_WhenOutOfRange_AreRefused(int threads, int capacity)
    {
        var result = new CpuLaneOptionsValidator().Validate(null, new CpuLaneOptions { Threads = threads, Capacity = capacity });

        Assert.True(result.Failed);
    }

    private static CpuLaneThreads Create(int capacity = 10) =>
        new(Options.Create(new CpuLaneOptions { Threads = 1, Capacity = capacity, RetryAfter = TimeSpan.FromSeconds(7) }));
}
