using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using System.Threading.Channels;
using Forge.Api.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Forge.Api.Tests.Jobs;

public sealed class EventStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_WhileNothingHappens_SendsACommentAtLeastEvery15Seconds()
    {
        var (clock, body, events) = (new FakeTimeProvider(), new Pipe(), Channel.CreateUnbounded<SseItem<string>>());
        var context = NewContext(body);
        var stream = new EventStream<string>(token => events.Reader.ReadAllAsync(token), clock).ExecuteAsync(context);
        using var reader = new StreamReader(body.Reader.AsStream());

        await events.Writer.WriteAsync(new SseItem<string>("one", "state") { EventId = "1" }, Cancellation);
        Assert.Equal(["event: state", "data: \"one\"", "id: 1", ""], await ReadAsync(reader, 4));
        for (var comment = 0; comment < 3; comment++)
        {
            var read = ReadAsync(reader, 2);
            while (!read.IsCompleted)
            {
                clock.Advance(TimeSpan.FromSeconds(15)); // repeated, since the stream may not have begun to wait
                await Task.Yield();
            }

            Assert.Equal([": waiting", ""], await read);
        }

        await events.Writer.WriteAsync(new SseItem<string>("two", "end") { EventId = "end" }, Cancellation);
        events.Writer.Complete();
        await stream.WaitAsync(Patience, Cancellation);
        await body.Writer.CompleteAsync();
        Assert.Contains("data: \"two\"", await reader.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("no", context.Response.Headers["X-Accel-Buffering"]);
        Assert.Equal("no-store", context.Response.Headers.CacheControl);
    }

    [Fact]
    public async Task Stream_WhenTheClientLeaves_EndsAndLetsGoOfTheEvents()
    {
        var (body, events) = (new Pipe(), Channel.CreateUnbounded<SseItem<string>>());
        var context = NewContext(body);
        using var leaving = new CancellationTokenSource();
        context.RequestAborted = leaving.Token;
        var isLetGo = false;
        var stream = new EventStream<string>(FollowAsync, new FakeTimeProvider()).ExecuteAsync(context);

        await leaving.CancelAsync();

        await stream.WaitAsync(Patience, Cancellation);
        Assert.True(isLetGo);

        async IAsyncEnumerable<SseItem<string>> FollowAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            try
            {
                await foreach (var item in events.Reader.ReadAllAsync(token))
                {
                    yield return item;
                }
            }
            finally
            {
                isLetGo = true;
            }
        }
    }

    private static DefaultHttpContext NewContext(Pipe body) => new()
    {
        RequestServices = new ServiceCollection().AddOptions().BuildServiceProvider(),
        Response = { Body = body.Writer.AsStream() },
    };

    private static async Task<string[]> ReadAsync(StreamReader reader, int lines)
    {
        var read = new string[lines];
        for (var line = 0; line < lines; line++)
        {
            read[line] = (await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation))!;
        }

        return read;
    }
}
