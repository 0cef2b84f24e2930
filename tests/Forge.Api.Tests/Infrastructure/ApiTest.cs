using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Forge.Contracts;

namespace Forge.Api.Tests.Infrastructure;

/// <summary>What the tests of the API share: the running API, a client, and short ways to say common requests.</summary>
public abstract class ApiTest(Stores stores)
{
    protected Stores Stores { get; } = stores;

    protected ApiFactory Api { get; } = stores.Api;

    protected HttpClient Client { get; } = stores.Api.CreateClient();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static string NewEmail() => $"u{Guid.NewGuid():N}@example.org";

    protected static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    protected async Task<RegisterResponse> RegisterAsync(string email, string? password = "correct horse")
    {
        using var response = await Client.PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada", password), Cancellation);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<RegisterResponse>(Cancellation))!;
    }

    protected async Task<TokenResponse> LogInAsync(string email, string password = "correct horse")
    {
        using var response = await Client.PostAsJsonAsync("/forge/login", new LoginRequest(email, password), Cancellation);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<TokenResponse>(Cancellation))!;
    }

    protected async Task<HttpResponseMessage> GetAsAsync(TokenResponse tokens, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        return await Client.SendAsync(request, Cancellation);
    }
}
