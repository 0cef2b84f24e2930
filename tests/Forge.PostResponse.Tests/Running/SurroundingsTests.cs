using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.PostResponse.Tests.Running;

/// <summary>What a task finds around it: a scope of its own, and nothing of the request.</summary>
public sealed class SurroundingsTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Fact]
    public async Task Task_HasAScopeOfItsOwn_WhichIsDisposedAfterIt()
    {
        var seen = new ConcurrentQueue<ScopedThing>();
        var wasDisposed = new ConcurrentQueue<bool>();
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (ScopedThing ofRequest, PostResponseTasks tasks) =>
            {
                seen.Enqueue(ofRequest);
                tasks.Add("first", Look);
                tasks.Add("second", Look);
            }),
            build: builder => builder.Services.AddScoped<ScopedThing>());

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures.Completed == 2);

        Assert.Equal(3, seen.Distinct().Count());
        Assert.All(seen, thing => Assert.True(thing.IsDisposed));
        Assert.Equal([false, false], wasDisposed);

        Task Look(IServiceProvider services, CancellationToken cancellationToken)
        {
            var thing = services.GetRequiredService<ScopedThing>();
            seen.Enqueue(thing);
            wasDisposed.Enqueue(thing.IsDisposed);
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_SeesNothingOfTheRequest(bool isSynchronous)
    {
        object? context = "unset";
        string? ambient = "unset";
        var token = new CancellationToken(canceled: true);
        var requestToken = CancellationToken.None;
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", (HttpContext request, PostResponseTasks tasks) =>
        {
            Ambient.Value = "the request's";
            requestToken = request.RequestAborted;
            if (isSynchronous)
            {
                tasks.Add("look", Look);
            }
            else
            {
                tasks.Add("look", (services, cancellationToken) =>
                {
                    Look(services, cancellationToken);
                    return Task.CompletedTask;
                });
            }
        }));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures.Completed == 1);

        Assert.Null(context);
        Assert.Null(ambient);
        Assert.NotEqual(requestToken, token);
        Assert.False(token.IsCancellationRequested);

        void Look(IServiceProvider services, CancellationToken cancellationToken)
        {
            context = services.GetRequiredService<IHttpContextAccessor>().HttpContext;
            ambient = Ambient.Value;
            token = cancellationToken;
        }
    }

    [Fact]
    public async Task WhatOneTaskPutsIntoItsContext_IsNotSeenByTheNext()
    {
        var seen = new ConcurrentQueue<(string? Ambient, Activity? Activity)>();
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) =>
            {
                tasks.Add("first", Leave);
                tasks.Add("second", Leave);
            }),
            options => options.MaxConcurrency = 1);

        for (var request = 0; request < 2; request++)
        {
            using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => app.Figures.Completed == 4);
        Assert.All(seen, found => Assert.Null(found.Ambient));
        Assert.All(seen, found => Assert.NotEqual("left behind", found.Activity?.OperationName));

        Task Leave(IServiceProvider services, CancellationToken cancellationToken)
        {
            seen.Enqueue((Ambient.Value, Activity.Current));
            Ambient.Value = "left behind";
            Activity.Current = new Activity("left behind");
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Adding_AfterTheResponse_IsAnError()
    {
        var failed = new TaskCompletionSource<Exception?>();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("adds", (services, _) =>
        {
            failed.SetResult(Record.Exception(() => tasks.Add("late", (_, _) => Task.CompletedTask))
                is InvalidOperationException
                ? Record.Exception(() => services.GetRequiredService<PostResponseTasks>().Add("outside", (_, _) => Task.CompletedTask))
                : null);
            return Task.CompletedTask;
        })));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.IsType<InvalidOperationException>(await failed.Task.WaitAsync(LaneApp.Patience, TestContext.Current.CancellationToken));
    }

    private sealed class ScopedThing : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
