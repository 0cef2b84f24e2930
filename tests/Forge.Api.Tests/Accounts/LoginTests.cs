using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Accounts;

public sealed class LoginTests(Stores stores) : ApiTest(stores)
{
    [Fact]
    public async Task Login_WhenThePasswordIsRight_AnswersTokensThatOpenTheAccount()
    {
        var email = NewEmail();
        var user = await RegisterAsync(email);

        var tokens = await LogInAsync(email.ToUpperInvariant());

        Assert.Equal("Bearer", tokens.TokenType);
        Assert.True(tokens.ExpiresIn > 0);
        using var response = await GetAsAsync(tokens, $"/forge/users/{user.Id}");
        var account = await response.Content.ReadFromJsonAsync<UserResponse>(Cancellation);
        Assert.Equal((email, "Ada", false), (account!.Email, account.Username, account.IsAdmin));
        using var own = await GetAsAsync(tokens, "/forge/users/me");
        Assert.Equal(account, await own.Content.ReadFromJsonAsync<UserResponse>(Cancellation));
    }

    [Fact]
    public async Task Login_WhenItFails_AnswersAlikeAndVerifiesAHashWhateverTheReason()
    {
        // An API of its own: the hashes are counted.
        await using var factory = new ApiFactory(Stores);
        var client = factory.CreateClient();
        var known = NewEmail();
        var withoutPassword = NewEmail();
        await RegisterAsync(known);
        await RegisterAsync(withoutPassword, password: null);

        var answers = new List<string>();
        foreach (var email in new[] { known, withoutPassword, NewEmail(), "no address", "null\0byte@example.org" })
        {
            var before = factory.Hasher.Verifications;
            using var response = await client.PostAsJsonAsync("/forge/login", new LoginRequest(email, "wrong"), Cancellation);
            var problem = await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Unauthorized);
            answers.Add($"{problem.GetProperty("title")} {problem.GetProperty("detail")}");
            Assert.Equal(before + 1, factory.Hasher.Verifications);
        }

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Login_AfterTenFailures_IsRefusedWithRetryAfterEvenWithTheRightPassword()
    {
        var email = NewEmail();
        await RegisterAsync(email);
        for (var failure = 0; failure < 10; failure++)
        {
            using var failed = await LogInWithAsync(email, "wrong");
            Assert.Equal(HttpStatusCode.Unauthorized, failed.StatusCode);
        }

        using var response = await LogInWithAsync(email, "correct horse");

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.TooManyRequests);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Login_WhenManyWrongOnesComeAtOnce_LetsNoMoreThanTenAndTheThreadsOfTheLaneThrough()
    {
        var email = NewEmail();

        var responses = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => LogInWithAsync(email, "wrong")));

        var tried = responses.Count(response => response.StatusCode == HttpStatusCode.Unauthorized);
        Assert.InRange(tried, 10, 10 + Environment.ProcessorCount);
        Assert.Equal(30 - tried, responses.Count(response => response.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Theory]
    [InlineData("{}", "email")]
    [InlineData("""{"email":"ada@example.org"}""", "password")]
    [InlineData("""{"email":"ada@example.org","password":""}""", "password")]
    [InlineData("""{"email":true,"password":"x"}""", "email")]
    public async Task Login_WhenAFieldIsWrong_NamesIt(string body, string field)
    {
        using var response = await Client.PostAsync("/forge/login", Json(body), Cancellation);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Fact]
    public async Task Refresh_WhenTheTokenIsGood_AnswersNewTokens()
    {
        var email = NewEmail();
        var user = await RegisterAsync(email);
        var tokens = await LogInAsync(email);

        using var response = await Client.PostAsJsonAsync("/forge/refresh", new RefreshRequest(tokens.RefreshToken), Cancellation);

        var refreshed = await response.Content.ReadFromJsonAsync<TokenResponse>(Cancellation);
        using var account = await GetAsAsync(refreshed!, $"/forge/users/{user.Id}");
        Assert.Equal(HttpStatusCode.OK, account.StatusCode);
    }

    [Fact]
    public async Task Refresh_WhenGivenSomethingElse_IsRefused()
    {
        var email = NewEmail();
        await RegisterAsync(email);
        var tokens = await LogInAsync(email);

        foreach (var token in new[] { "junk", tokens.AccessToken, "\0" })
        {
            using var response = await Client.PostAsync("/forge/refresh", Json(JsonSerializer.Serialize(new { refreshToken = token })), Cancellation);
            await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Unauthorized);
        }

        using var missing = await Client.PostAsync("/forge/refresh", Json("{}"), Cancellation);
        await ProblemAssert.NamesFieldAsync(missing, "refreshToken");
    }

    private Task<HttpResponseMessage> LogInWithAsync(string email, string password) =>
        Client.PostAsJsonAsync("/forge/login", new LoginRequest(email, password), Cancellation);
}
