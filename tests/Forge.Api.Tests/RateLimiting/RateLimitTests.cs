using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.RateLimiting;

public sealed class RateLimitTests(Stores stores) : IAsyncDisposable
{
    private const string Limited = "/forge/delayed-response?seconds=0";

    private readonly ApiFactory _api = new(stores, ("RateLimits:Requests", "3"), ("RateLimits:Window", "01:00:00"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Requests_WhenThereAreTooManyFromAnAddress_AreRefusedWithRetryAfter()
    {
        await UseUpAsync();

        using var response = await SendAsync(Limited);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.TooManyRequests);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Requests_WhenForwarded_AreCountedByTheCallersAddress()
    {
        await UseUpAsync(forwardedFor: "203.0.113.7");

        using var same = await SendAsync(Limited, "203.0.113.7");
        using var other = await SendAsync(Limited, "203.0.113.8");

        Assert.Equal(HttpStatusCode.TooManyRequests, same.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Requests_ThroughAProxyOfAKnownNetwork_AreCountedByTheCallersAddress()
    {
        await using var api = new ApiFactory(
            stores, ("RateLimits:Requests", "1"), ("RateLimits:Window", "01:00:00"), ("ForwardedHeaders:KnownNetworks:0", "10.1.0.0/16"), ("ForwardedHeaders:KnownProxies:0", "10.9.0.1"));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("203.0.113.7, 10.1.2.3"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("203.0.113.7, 10.1.4.5"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("203.0.113.8, 10.1.2.3"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("203.0.113.9, 10.9.0.1, 10.1.2.3"));

        // What stands before a proxy that nobody knows may be invented.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("203.0.113.10, 10.2.0.1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("203.0.113.11, 10.2.0.1"));

        async Task<HttpStatusCode> StatusAsync(string forwardedFor)
        {
            using var response = await SendAsync(api, Limited, forwardedFor);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("ForwardedHeaders:KnownNetworks:0", "10.1.0.0/99")]
    [InlineData("ForwardedHeaders:KnownProxies:0", "web")]
    public async Task Start_WithAProxyThatIsNoAddress_SaysSo(string key, string value)
    {
        await using var api = new ApiFactory(stores, (key, value));

        var failure = Assert.ThrowsAny<Exception>(api.StartServer);

        Assert.Contains(value, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_WhenSignedIn_AreCountedByUser()
    {
        using var login = await _api.CreateClient().PostAsJsonAsync("/forge/login", new LoginRequest("admin@forge.local", ApiFactory.AdminPassword), Cancellation);
        var tokens = await login.Content.ReadFromJsonAsync<TokenResponse>(Cancellation);
        await UseUpAsync(used: 1);

        using var response = await SendAsync(Limited, accessToken: tokens!.AccessToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Requests_WhenRefused_DoNotCountInTheirLane()
    {
        using var login = await _api.CreateClient().PostAsJsonAsync("/forge/login", new LoginRequest("admin@forge.local", ApiFactory.AdminPassword), Cancellation);
        var tokens = await login.Content.ReadFromJsonAsync<TokenResponse>(Cancellation);
        await UseUpAsync(used: 1);
        using var refused = await SendAsync(Limited);

        using var response = await SendAsync("/forge/lanes", accessToken: tokens!.AccessToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var lanes = await response.Content.ReadFromJsonAsync<Page<LaneResponse>>(Cancellation);
        Assert.Equal(2, lanes!.Items[0].Count);
    }

    [Fact]
    public async Task Health_WhenTheLimitIsUsedUp_StillAnswers()
    {
        await UseUpAsync();

        using var health = await SendAsync("/health");
        using var document = await SendAsync("/openapi/v1.json");

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.OK, document.StatusCode);
    }

    private async Task UseUpAsync(string? forwardedFor = null, int used = 0)
    {
        for (; used < 3; used++)
        {
            using var response = await SendAsync(Limited, forwardedFor);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private Task<HttpResponseMessage> SendAsync(string address, string? forwardedFor = null, string? accessToken = null) =>
        SendAsync(_api, address, forwardedFor, accessToken);

    private static async Task<HttpResponseMessage> SendAsync(ApiFactory api, string address, string? forwardedFor = null, string? accessToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (forwardedFor is not null)
        {
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        }

        if (accessToken is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        }

        return await api.CreateClient().SendAsync(request, Cancellation);
    }
}
