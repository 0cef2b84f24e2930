using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Forge.Contracts;

namespace Forge.IntegrationTests;

[Collection(nameof(OutsideWorld))]
public sealed class RegistrationTests(AppFixture fixture)
{
    private readonly Mailbox _mailbox = new(fixture.CreateClient("sandbox"));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Register_WhenValid_IsAnsweredAndWelcomedByMail()
    {
        var email = AppFixture.NewEmail();
        using var client = fixture.CreateClient("api");

        using var response = await client.PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada"), Cancelled);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var created = await response.Content.ReadFromJsonAsync<RegisterResponse>(Cancelled);
        Assert.Equal($"/forge/users/{created!.Id}", response.Headers.Location?.ToString());
        Assert.Equal("created", created.Status);
        Assert.Contains("Ada", (await _mailbox.WaitForAsync(email)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WhenMailIsSlow_IsAnsweredBeforeTheMailIsThere()
    {
        await _mailbox.SlowDownAsync(TimeSpan.FromSeconds(3), Cancelled);
        try
        {
            var emails = Enumerable.Range(0, 10).Select(_ => AppFixture.NewEmail()).ToArray();
            var api = fixture.CreateApi();

            await Task.WhenAll(emails.Select(email => api.RegisterAsync(new RegisterRequest(email, "Ada"), Cancelled)));
            var answeredAt = TimeProvider.System.GetUtcNow();

            foreach (var email in emails)
            {
                Assert.InRange((await _mailbox.WaitForAsync(email)).ReceivedAt, answeredAt, DateTimeOffset.MaxValue);
            }
        }
        finally
        {
            await _mailbox.HealAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Register_WhenEmailIsTaken_IsAConflictThatSaysSo()
    {
        var email = AppFixture.NewEmail();
        using var client = fixture.CreateClient("api");
        using var first = await client.PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada"), Cancelled);

        using var second = await client.PostAsJsonAsync("/forge/register", new RegisterRequest(email.ToUpperInvariant(), "Ada"), Cancelled);

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("application/problem+json", second.Content.Headers.ContentType?.MediaType);
        var problem = await second.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
    }
}
