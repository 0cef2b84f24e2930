using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

/// <summary>Keys are any text of a bounded length, on every route that takes one.</summary>
public sealed class KeyTests(JobsApi api) : JobsTest(api)
{
    private const string Emoji = "order 🛒 7";

    [Fact]
    public async Task UniqueKey_WithAnEmoji_IsAKeyLikeAnyOther()
    {
        using var client = await SignUpAsync();
        const string Unique = $$"""{"kind":"demo.noop","payload":{},"delaySeconds":3600,"uniqueKey":"{{Emoji}}"}""";

        using var batch = await PostAsync(client, "/forge/jobs/batch", $$"""{"jobs":[{{Unique}}]}""");
        using var taken = await PostAsync(client, "/forge/jobs", Unique);

        var first = Assert.Single((await ReadAsync<EnqueueBatchResponse>(batch, HttpStatusCode.Accepted)).Ids);
        var problem = await ProblemAssert.IsProblemAsync(taken, HttpStatusCode.Conflict);
        Assert.Equal(first, problem.GetProperty("jobId").GetGuid());
    }

    [Theory]
    [InlineData("/forge/jobs")]
    [InlineData("/forge/payments")]
    [InlineData("/forge/images")]
    [InlineData("/forge/imports")]
    public async Task IdempotencyKey_WithAnEmoji_IsAKeyLikeAnyOther(string route)
    {
        using var client = WithHeadersInUtf8(await SignUpAsync());

        using var first = await SendAsync(client, route);
        using var again = await SendAsync(client, route);

        var job = await ReadAsync<JobResponse>(first, HttpStatusCode.Accepted);
        Assert.Equal(job.Id, (await ReadAsync<JobResponse>(again, HttpStatusCode.Accepted)).Id);
    }

    private static HttpClient WithHeadersInUtf8(HttpClient client)
    {
        using (client)
        {
            var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
            return new HttpClient(handler) { BaseAddress = client.BaseAddress, DefaultRequestHeaders = { Authorization = client.DefaultRequestHeaders.Authorization } };
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string route)
    {
        HttpContent body = route switch
        {
            "/forge/jobs" => Json(Later),
            "/forge/payments" => Json("""{"orderId":"order-1","amount":12.50,"currency":"EUR"}"""),
            _ => new MultipartFormDataContent { { new ByteArrayContent([0x89, .. "PNG\r\n\x1A\n and more"u8]), "file", "a.png" } },
        };
        var request = new HttpRequestMessage(HttpMethod.Post, route) { Content = body, Headers = { { "Idempotency-Key", Emoji } } };
        return client.SendAsync(request, Cancellation);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
}
