using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Forge.PostResponse.Tests.Running;

public sealed class OrderTests
{
    [Fact]
    public async Task TasksOfOneRequest_AreRunOneAfterTheOtherInTheOrderOfAdding()
    {
        var events = new ConcurrentQueue<string>();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", (PostResponseTasks tasks) =>
        {
            tasks.Add("slow", async (_, token) =>
            {
                events.Enqueue("slow starts");
                await Task.Yield();
                await Task.Delay(TimeSpan.FromMilliseconds(20), token);
                events.Enqueue("slow ends");
            });
            tasks.Add("blocking", (_, _) => events.Enqueue("blocking"));
            tasks.Add("quick", (_, _) =>
            {
                events.Enqueue("quick");
                return Task.CompletedTask;
            });
        }));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures.Completed == 3);

        Assert.Equal(["slow starts", "slow ends", "blocking", "quick"], events);
    }

    [Fact]
    public async Task TasksOfDifferentRequests_AreRunSideBySideUpToTheLimit()
    {
        const int Limit = 3;
        var held = new Gate();
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("held", (_, _) => held.WhenOpenAsync())),
            options => options.MaxConcurrency = Limit);

        for (var request = 0; request < 5; request++)
        {
            using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => app.Figures is { Running: Limit, Waiting: 2 });
        held.Open();
        await app.SettledAsync();
        Assert.Equal(5, app.Figures.Completed);
    }

    [Fact]
    public async Task AsynchronousTasks_InGreatNumber_HoldNoThreads()
    {
        const int Tasks = 2_048;
        var held = new Gate();
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("held", (_, _) => held.WhenOpenAsync())),
            options => options.MaxConcurrency = Tasks);

        await Parallel.ForEachAsync(Enumerable.Range(0, Tasks), TestContext.Current.CancellationToken, async (_, token) =>
        {
            using var response = await app.Client.GetAsync("/", token);
        });
        await Eventually.TrueAsync(() => app.Figures.Running == Tasks);

        Assert.InRange(ThreadPool.ThreadCount, 1, 200);
        held.Open();
        await app.SettledAsync();
    }

    [Fact]
    public async Task SynchronousTasks_ThatBlock_StayOnTheirOwnThreads()
    {
        const int Threads = 2;
        using var release = new ManualResetEventSlim();
        var names = new ConcurrentBag<string?>();
        await using var app = await LaneApp.StartAsync(
            routes =>
            {
                routes.MapGet("/block", (PostResponseTasks tasks) => tasks.Add("blocking", (_, token) =>
                {
                    names.Add(Thread.CurrentThread.IsThreadPoolThread ? "pool" : Thread.CurrentThread.Name);
                    release.Wait(token);
                }));
                routes.MapGet("/", (HttpContext _) => "not starved");
            },
            options => options.SynchronousThreads = Threads);

        for (var request = 0; request < 20; request++)
        {
            using var response = await app.Client.GetAsync("/block", TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => names.Count == Threads);
        Assert.Equal("not starved", await app.Client.GetStringAsync("/", TestContext.Current.CancellationToken));
        Assert.Equal(Threads, names.Count);
        release.Set();
        await Eventually.TrueAsync(() => app.Figures.Completed == 20);
        Assert.Equal(["post-response 1", "post-response 2"], names.Distinct().Order());
    }
}
