using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Forge.PostResponse.Tests.Requests;

public sealed class ReleaseTests
{
    [Theory]
    [InlineData("/fixed")]
    [InlineData("/chunked")]
    public async Task NextRequestOnTheConnection_WhileATaskIsHeld_IsAnswered(string path)
    {
        var (started, held) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(routes =>
        {
            routes.MapGet("/fixed", (PostResponseTasks tasks) =>
            {
                tasks.Add("held", (_, _) => HoldAsync());
                return Results.Text("fixed");
            });
            routes.MapGet("/chunked", async (HttpResponse response, PostResponseTasks tasks) =>
            {
                tasks.Add("held", (_, _) => HoldAsync());
                await response.WriteAsync("chu");
                await response.Body.FlushAsync();
                await response.WriteAsync("nked");
            });
            routes.MapGet("/next", () => "next");
        });
        await using var connection = await RawConnection.OpenAsync(app.Address);

        await connection.SendAsync("GET", path);
        Assert.Equal(path[1..], await connection.ReadAsync());
        await started.WhenOpenAsync();
        await connection.SendAsync("GET", "/next");

        Assert.Equal("next", await connection.ReadAsync());
        Assert.False(held.IsOpen);
        held.Open();
        await app.SettledAsync();

        Task HoldAsync()
        {
            started.Open();
            return held.WhenOpenAsync();
        }
    }

    [Fact]
    public async Task NextRequestOnTheHttp2Connection_WhileATaskIsHeld_IsAnswered()
    {
        var (started, held) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(
            routes =>
            {
                routes.MapGet("/first", (PostResponseTasks tasks) =>
                {
                    tasks.Add("held", (_, _) =>
                    {
                        started.Open();
                        return held.WhenOpenAsync();
                    });
                    return "first";
                });
                routes.MapGet("/next", (HttpRequest request) => request.Protocol);
            },
            protocols: HttpProtocols.Http2);

        Assert.Equal("first", await app.Client.GetStringAsync("/first", TestContext.Current.CancellationToken));
        await started.WhenOpenAsync();

        Assert.Equal("HTTP/2", await app.Client.GetStringAsync("/next", TestContext.Current.CancellationToken));
        Assert.False(held.IsOpen);
        held.Open();
        await app.SettledAsync();
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Task_WhileTheResponseIsBeingWritten_HasNotStarted(HttpProtocols protocols)
    {
        var (started, finish) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", async (HttpResponse response, PostResponseTasks tasks) =>
            {
                tasks.Add("early", (_, _) =>
                {
                    started.Open();
                    return Task.CompletedTask;
                });
                await response.WriteAsync("first half,");
                await response.Body.FlushAsync();
                await finish.WhenOpenAsync();
                await response.WriteAsync("second half");
            }),
            protocols: protocols);

        using var response = await app.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var half = new byte["first half,".Length];
        await body.ReadExactlyAsync(half, TestContext.Current.CancellationToken);
        Assert.Equal(0, app.Figures.Waiting);
        Assert.False(started.IsOpen);

        finish.Open();
        using var reader = new StreamReader(body);
        Assert.Equal("second half", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        await started.WhenOpenAsync();
    }

    [Fact]
    public async Task Tasks_OverManyRequests_StartAfterTheResponseHasCompleted()
    {
        var events = new ConcurrentQueue<(string Id, string What)>();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/{id}", (string id, HttpResponse response, PostResponseTasks tasks) =>
        {
            tasks.Add("note", (_, _) =>
            {
                events.Enqueue((id, "task"));
                return Task.CompletedTask;
            });
            response.OnCompleted(() =>
            {
                events.Enqueue((id, "response"));
                return Task.CompletedTask;
            });
            return id;
        }));

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 2_000), TestContext.Current.CancellationToken, async (id, token) => await app.Client.GetStringAsync($"/{id}", token));
        await Eventually.TrueAsync(() => app.Figures.Completed == 2_000);

        var byRequest = events.GroupBy(entry => entry.Id).ToList();
        Assert.Equal(2_000, byRequest.Count);
        Assert.All(byRequest, request => Assert.Equal(["response", "task"], request.Select(entry => entry.What)));
    }

    [Fact]
    public async Task Task_WhenTheServerSentEventsEnd_Starts()
    {
        var (started, finish) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/events", (PostResponseTasks tasks) =>
        {
            tasks.Add("after-events", (_, _) =>
            {
                started.Open();
                return Task.CompletedTask;
            });
            return TypedResults.ServerSentEvents(EventsAsync());
        }));
        await using var connection = await RawConnection.OpenAsync(app.Address);

        await connection.SendAsync("GET", "/events");
        await connection.ReadUntilAsync("data: one");
        Assert.False(started.IsOpen);
        finish.Open();
        await connection.ReadUntilAsync("data: two");

        await started.WhenOpenAsync();

        async IAsyncEnumerable<string> EventsAsync()
        {
            yield return "one";
            await finish.WhenOpenAsync();
            yield return "two";
        }
    }
}
