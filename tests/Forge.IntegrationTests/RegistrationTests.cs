using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Forge.Contracts;
using Refit;

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
    public async Task Register_WhenTheApiIsRestartedBeforeTheMailIsSent_AWorkerSendsIt()
    {
        var emails = Enumerable.Range(0, 5).Select(_ => AppFixture.NewEmail()).ToArray();
        await _mailbox.SlowDownAsync(TimeSpan.FromSeconds(10), Cancelled);
        try
        {
            var api = fixture.CreateApi();
            await Task.WhenAll(emails.Select(email => api.RegisterAsync(new RegisterRequest(email, "Ada"), Cancelled)));
            Assert.True((await fixture.App.ResourceCommands.ExecuteCommandAsync("api", KnownResourceCommands.RestartCommand, Cancelled)).Success);
        }
        finally
        {
            await _mailbox.HealAsync(CancellationToken.None);
        }

        foreach (var email in emails)
        {
            Assert.Equal("Welcome to Forge", (await _mailbox.WaitForAsync(email)).Subject);
        }

        await fixture.App.ResourceNotifications.WaitForResourceHealthyAsync("api", Cancelled);
        var admin = RestService.ForGenerated<IForgeApi>(await fixture.CreateAdminClientAsync(Cancelled));
        var jobs = await Eventually.GetAsync(
            token => admin.ListJobsAsync("completed", JobKinds.EmailSend, JobQueues.Mail, after: null, limit: null, token),
            page => page.Items.Count == emails.Length,
            "every mail's job is completed");
        Assert.All(jobs.Items, job => Assert.Equal(1, job.Attempt));
        foreach (var email in emails)
        {
            Assert.Single(await _mailbox.ReadAsync(email, Cancelled));
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
