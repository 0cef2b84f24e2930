using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Forge.PostResponse.Tests.Running;

/// <summary>Synchronous tasks are few at a time, and nobody but they wait for that.</summary>
public sealed class SynchronousTaskTests
{
    [Fact]
    public async Task AsynchronousTasks_WhileSynchronousOnesBlock_Run()
    {
        using var released = new ManualResetEventSlim();
        var ran = new Gate();
        await using var app = await LaneApp.StartAsync(
            routes =>
            {
                routes.MapGet("/slow", (PostResponseTasks tasks) => tasks.Add("slow", (_, _) => Block(released)));
                routes.MapGet("/quick", (PostResponseTasks tasks) => tasks.Add("quick", (_, _) =>
                {
                    ran.Open();
                    return Task.CompletedTask;
                }));
            },
            options => (options.MaxConcurrency, options.SynchronousThreads) = (2, 1));

        for (var request = 0; request < 5; request++)
        {
            using var slow = await app.Client.GetAsync("/slow", TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => app.Figures is { Running: > 0 });
        using var quick = await app.Client.GetAsync("/quick", TestContext.Current.CancellationToken);
        await ran.WhenOpenAsync();
        Assert.Equal(1, app.Figures.Running);
        released.Set();
        await app.SettledAsync();
        Assert.Equal((6, 0), (app.Figures.Completed, app.Figures.Failures));
    }

    [Fact]
    public async Task SynchronousTask_ThatWaitsForItsTurn_HasItsWholeTimeLeft()
    {
        var clock = new FakeTimeProvider();
        using var released = new ManualResetEventSlim();
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("blocking", (_, _) => Block(released))),
            options => (options.MaxConcurrency, options.SynchronousThreads, options.TaskTimeout) = (4, 1, TimeSpan.FromSeconds(10)),
            build: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        for (var request = 0; request < 3; request++)
        {
            using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => app.Figures is { Running: > 0 } figures && figures.Running + figures.Waiting == 3);
        for (var step = 0; step < 100; step++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        released.Set();
        await app.SettledAsync();
        Assert.Equal((3, 0), (app.Figures.Completed, app.Figures.Failures));
    }

    [Fact]
    public async Task SynchronousTasks_WithAsManyThreads_RunSideBySide()
    {
        using var together = new Barrier(4);
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("meeting", (_, _) => Meet(together))),
            options => options.SynchronousThreads = 4);

        // Twice, so that the second round meets idle threads.
        for (var request = 0; request < 8; request++)
        {
            using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        }

        await app.SettledAsync();
        Assert.Equal((8, 0), (app.Figures.Completed, app.Figures.Failures));
    }

    private static void Block(ManualResetEventSlim released) =>
        Assert.True(released.Wait(LaneApp.Patience, CancellationToken.None));

    private static void Meet(Barrier together) =>
        Assert.True(together.SignalAndWait(LaneApp.Patience, CancellationToken.None));
}
