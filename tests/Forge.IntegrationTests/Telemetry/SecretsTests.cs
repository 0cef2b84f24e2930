using Aspire.Hosting.Testing;
using Forge.Contracts;

namespace Forge.IntegrationTests.Telemetry;

/// <summary>What the running application exports holds none of its secrets, and the dashboard keeps nothing.</summary>
public sealed class SecretsTests(AppFixture fixture)
{
    private const string UserPassword = "a password that only this user knows";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Telemetry_HoldsNoSecret()
    {
        var querySecret = Guid.NewGuid().ToString("N");
        var caller = $"secrets-test/{querySecret[..8]}";
        var email = AppFixture.NewEmail();
        await fixture.CreateApi().RegisterAsync(new RegisterRequest(email, "Ada", UserPassword), Cancelled);
        var tokens = await fixture.CreateApi().LoginAsync(new LoginRequest(email, UserPassword), Cancelled);
        using var client = fixture.CreateClient("api");
        client.DefaultRequestHeaders.Authorization = new(tokens.TokenType, tokens.AccessToken);
        client.DefaultRequestHeaders.Add("User-Agent", caller);
        using var answer = await client.GetAsync($"/forge/jobs?after={querySecret}", Cancelled);

        var exported = await Eventually.GetAsync(
            new Exported(fixture).EverythingAsync, text => text.Contains(caller, StringComparison.Ordinal), "the span of the request");

        Dictionary<string, string?> secrets = new()
        {
            ["query string"] = querySecret,
            ["user password"] = UserPassword,
            ["access token"] = tokens.AccessToken,
            ["refresh token"] = tokens.RefreshToken,
            ["admin password"] = AppFixture.AdminPassword,
            ["dashboard key"] = AppFixture.DashboardApiKey,
            ["Postgres password"] = await PasswordAsync("forgedb", ";"),
            ["Redis password"] = await PasswordAsync("redis", ","),
        };
        Assert.All(secrets, secret =>
        {
            Assert.False(string.IsNullOrEmpty(secret.Value), $"The {secret.Key} is not known.");
            Assert.False(exported.Contains(secret.Value, StringComparison.Ordinal), $"The {secret.Key} was exported.");
        });
    }

    [Fact]
    public void Dashboard_KeepsNoFile()
    {
        var runs = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire", "dashboard", "runs");

        Assert.True(!Directory.Exists(runs) || Directory.GetLastWriteTimeUtc(runs) < fixture.StartedAtUtc, $"The dashboard of this run writes into {runs}.");
    }

    private async Task<string?> PasswordAsync(string resource, string separator)
    {
        var settings = (await fixture.App.GetConnectionStringAsync(resource, Cancelled))!.Split(separator);
        return settings.Single(setting => setting.StartsWith("password=", StringComparison.OrdinalIgnoreCase))["password=".Length..];
    }
}
