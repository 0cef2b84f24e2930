using System.Net;
using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Accounts;

public sealed class UserTests(Stores stores) : ApiTest(stores)
{
    [Fact]
    public async Task GetUser_WhenAnonymous_IsRefused()
    {
        using var response = await Client.GetAsync($"/forge/users/{Guid.NewGuid()}", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task GetUser_WhenItIsSomebodyElse_IsNotFound()
    {
        var other = await RegisterAsync(NewEmail());
        var email = NewEmail();
        await RegisterAsync(email);

        using var response = await GetAsAsync(await LogInAsync(email), $"/forge/users/{other.Id}");

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task GetUser_WhenAskedByTheAdministrator_AnswersAnybody()
    {
        var other = await RegisterAsync(NewEmail());
        var admin = await LogInAsync("admin@forge.local", ApiFactory.AdminPassword);

        using var found = await GetAsAsync(admin, $"/forge/users/{other.Id}");
        using var missing = await GetAsAsync(admin, $"/forge/users/{Guid.NewGuid()}");

        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        await ProblemAssert.IsProblemAsync(missing, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Administrator_WhenThePasswordIsConfiguredAnew_HasItAndLosesTheOldSessions()
    {
        var database = await Stores.CreateDatabaseAsync();
        var tokens = await StartAsync(database, "the-first-password", LogInAsAdminAsync);

        var refreshed = await StartAsync(database, "the-second-password", async client =>
        {
            using var old = await client.PostAsJsonAsync("/forge/login", new LoginRequest("admin@forge.local", "the-first-password"), Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
            using var refresh = await client.PostAsJsonAsync("/forge/refresh", new RefreshRequest(tokens.RefreshToken), Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);
            return await LogInAsAdminAsync(client, "the-second-password");
        });

        // An unchanged password keeps them.
        await StartAsync(database, "the-second-password", async client =>
        {
            using var refresh = await client.PostAsJsonAsync("/forge/refresh", new RefreshRequest(refreshed.RefreshToken), Cancellation);
            Assert.Equal(HttpStatusCode.OK, refresh.StatusCode);
            return refreshed;
        });
    }

    private static Task<TokenResponse> LogInAsAdminAsync(HttpClient client) => LogInAsAdminAsync(client, "the-first-password");

    private static async Task<TokenResponse> LogInAsAdminAsync(HttpClient client, string password)
    {
        using var response = await client.PostAsJsonAsync("/forge/login", new LoginRequest("admin@forge.local", password), Cancellation);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<TokenResponse>(Cancellation))!;
    }

    private async Task<TokenResponse> StartAsync(string database, string adminPassword, Func<HttpClient, Task<TokenResponse>> use)
    {
        await using var factory = new ApiFactory(Stores, ("ConnectionStrings:forgedb", database), ("Accounts:AdminPassword", adminPassword));
        return await use(factory.CreateClient());
    }
}
