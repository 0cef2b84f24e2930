using System.Net.ServerSentEvents;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace Forge.Api.Jobs;

/// <summary>Server-sent events that get through proxies: each is sent at once, no proxy keeps it back, and no silence is long enough to be taken for the end.</summary>
/// <remarks>nginx buffers responses unless they say <c>X-Accel-Buffering: no</c>, and ends one that is silent for 60 s.</remarks>
internal sealed class EventStream<T>(Func<CancellationToken, IAsyncEnumerable<SseItem<T>>> follow, TimeProvider timeProvider) : IResult, IEndpointMetadataProvider
{
    /// <summary>After this long without an event a comment is sent.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private const string ContentType = "text/event-stream";

    private static readonly byte[] Comment = ": waiting\n\n"u8.ToArray();

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [ContentType]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
        await using var events = follow(ending.Token).GetAsyncEnumerator(ending.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            while (await IsThereMoreAsync(next, response, ending.Token))
            {
                await SendAsync(response, Format(events.Current, json), ending.Token);
                next = events.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        finally
        {
            // The events cannot be disposed of while the next one is waited for.
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsThereMoreAsync(Task<bool> next, HttpResponse response, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await next.WaitAsync(Silence, timeProvider, cancellationToken);
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                await SendAsync(response, Comment, cancellationToken);
            }
        }
    }

    private static byte[] Format(SseItem<T> item, JsonSerializerOptions json) =>
        Encoding.UTF8.GetBytes($"event: {item.EventType}\ndata: {JsonSerializer.Serialize(item.Data, json)}\nid: {item.EventId}\n\n");

    private static async Task SendAsync(HttpResponse response, byte[] bytes, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(bytes, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
