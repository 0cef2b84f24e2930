using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Forge.PostResponse.Tests.Requests;

public sealed class CapacityTests
{
    private readonly Gate _held = new();
    private int _handled;

    [Fact]
    public async Task Request_WhenTheBacklogIsFull_IsRefusedBeforeItsHandlerRuns()
    {
        await using var app = await StartAsync(options =>
        {
            options.Capacity = 1;
            options.RetryAfter = TimeSpan.FromSeconds(7);
        });

        using var first = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        using var second = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        var problem = await second.Content.ReadFromJsonAsync<ProblemDetails>(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), second.Headers.RetryAfter!.Delta);
        Assert.Equal("application/problem+json", second.Content.Headers.ContentType!.MediaType);
        Assert.Contains("7 s", problem!.Detail, StringComparison.Ordinal);
        Assert.Equal(1, _handled);
        Assert.Equal(1, app.Figures.Rejected);

        _held.Open();
        await app.SettledAsync();
        using var third = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    [Fact]
    public async Task Request_WhenRoomComesWithinTheWaitLimit_IsHandled()
    {
        await using var app = await StartAsync(options =>
        {
            options.Capacity = 1;
            options.WhenFull = FullBacklogPolicy.Wait;
            options.WaitLimit = LaneApp.Patience;
        });

        using var first = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        var waiting = app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Services.GetRequiredService<BacklogRoom>().Waiting == 1);
        Assert.Equal(1, _handled);
        _held.Open();

        using var second = await waiting;
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2, _handled);
    }

    [Fact]
    public async Task Request_WhenNoRoomComesWithinTheWaitLimit_IsRefused()
    {
        await using var app = await StartAsync(options =>
        {
            options.Capacity = 1;
            options.WhenFull = FullBacklogPolicy.Wait;
            options.WaitLimit = TimeSpan.FromMilliseconds(50);
        });

        using var first = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        using var second = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal(1, _handled);
        Assert.Equal(0, app.Services.GetRequiredService<BacklogRoom>().Waiting);
        _held.Open();
    }

    [Fact]
    public async Task Task_WhenTheBacklogIsFullAndNewestAreDropped_IsNamedAndCounted()
    {
        await using var app = await StartAsync(options =>
        {
            options.Capacity = 1;
            options.WhenFull = FullBacklogPolicy.DropNewest;
        });

        using var first = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        using var second = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2, _handled);
        Assert.Equal(1, app.Figures.Rejected);
        Assert.Contains("held", Assert.Single(app.LogsOf("PostResponseTaskDropped")).Message, StringComparison.Ordinal);
        _held.Open();
        await app.SettledAsync();
        Assert.Equal(1, app.Figures.Completed);
    }

    [Fact]
    public async Task Room_ThatARequestReservedAndDidNotUse_IsGivenBack()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", () => "nothing to do").RequirePostResponseCapacity(3),
            options => options.Capacity = 3);

        for (var request = 0; request < 5; request++)
        {
            Assert.Equal("nothing to do", await app.Client.GetStringAsync("/", TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Backlog_UnderMoreRequestsThanItHolds_StaysWithinItsCapacity()
    {
        await using var app = await StartAsync(options => options.Capacity = 50);

        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(async _ =>
        {
            using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));

        Assert.Equal(50, answers.Count(status => status is HttpStatusCode.OK));
        Assert.Equal(350, answers.Count(status => status is HttpStatusCode.ServiceUnavailable));
        await Eventually.TrueAsync(() => app.Services.GetRequiredService<PostResponseLane>().Outstanding == 50);
        Assert.Equal(350, app.Figures.Rejected);
        _held.Open();
        await app.SettledAsync();
    }

    [Fact]
    public async Task HealthCheck_WhileTheBacklogIsFull_IsDegraded()
    {
        await using var app = await StartAsync(options => options.Capacity = 1);
        var health = app.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["post-response"].Status);

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Degraded, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["post-response"].Status);
        _held.Open();
    }

    [Fact]
    public async Task Endpoint_ThatRequiresMoreRoomThanThereIs_IsNotServed()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", () => "never").RequirePostResponseCapacity(3),
            options => options.Capacity = 2);

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    private Task<LaneApp> StartAsync(Action<PostResponseOptions> configure) => LaneApp.StartAsync(
        routes => routes.MapGet("/", (PostResponseTasks tasks) =>
        {
            Interlocked.Increment(ref _handled);
            tasks.Add("held", (_, _) => _held.WhenOpenAsync());
        }).RequirePostResponseCapacity(),
        configure);
}
