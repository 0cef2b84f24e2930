using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

[CollectionDefinition(nameof(JobsApi))]
public sealed class JobsApiDefinition : ICollectionFixture<JobsApi>;

/// <summary>Short ways to say what tests of the durable lane do over HTTP.</summary>
[Collection(nameof(JobsApi))]
public abstract class JobsTest(JobsApi api)
{
    protected const string Noop = """{"kind":"demo.noop","payload":{}}""";
    protected const string Later = """{"kind":"demo.noop","payload":{},"delaySeconds":3600}""";
    protected const string Gated = """{"kind":"demo.sleep","payload":{"ms":1}}""";

    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected Gate Gate => api.Gate;

    protected async Task<HttpClient> SignUpAsync()
    {
        var email = $"u{Guid.NewGuid():N}@example.org";
        using var client = api.Factory.CreateClient();
        using var response = await client.PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada", "correct horse"), Cancellation);
        response.EnsureSuccessStatusCode();
        return await SignInAsync(email, "correct horse");
    }

    protected Task<HttpClient> SignInAsAdminAsync() => SignInAsync("admin@forge.local", ApiFactory.AdminPassword);

    protected HttpClient Anonymous() => api.Factory.CreateClient();

    protected static async Task<HttpResponseMessage> PostAsync(HttpClient client, string address, string json, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await client.SendAsync(request, Cancellation);
    }

    protected static async Task<JobResponse> EnqueueAsync(HttpClient client, string json)
    {
        using var response = await PostAsync(client, "/forge/jobs", json);
        return await ReadAsync<JobResponse>(response, HttpStatusCode.Accepted);
    }

    protected static async Task<T> ReadAsync<T>(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        return JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;
    }

    protected static async Task<JobResponse> GetJobAsync(HttpClient client, Guid id)
    {
        using var response = await client.GetAsync($"/forge/jobs/{id}", Cancellation);
        return await ReadAsync<JobResponse>(response, HttpStatusCode.OK);
    }

    /// <summary>Follows the job until it has been seen in the state.</summary>
    protected static async Task WaitForAsync(HttpClient client, Guid id, string state)
    {
        await foreach (var item in FollowAsync(client, id))
        {
            if (item.Data.State == state)
            {
                return;
            }
        }

        Assert.Fail($"The job ended without being {state}.");
    }

    protected static async IAsyncEnumerable<SseItem<JobEventResponse>> FollowAsync(HttpClient client, Guid id, string? lastEventId = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(WaitLimit);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/forge/jobs/{id}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
        var parser = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<JobEventResponse>(data, JsonSerializerOptions.Web)!);
        await foreach (var item in parser.EnumerateAsync(limit.Token))
        {
            yield return item;
        }
    }

    private async Task<HttpClient> SignInAsync(string email, string password)
    {
        var client = api.Factory.CreateClient();
        using var response = await client.PostAsJsonAsync("/forge/login", new LoginRequest(email, password), Cancellation);
        var tokens = await ReadAsync<TokenResponse>(response, HttpStatusCode.OK);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        return client;
    }
}
