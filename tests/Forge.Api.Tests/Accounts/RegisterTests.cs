using System.Net;
using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.Accounts;

public sealed class RegisterTests(Stores stores) : ApiTest(stores)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Register_WhenAllIsWell_AnswersCreatedWithItsAddress()
    {
        var email = NewEmail();

        using var response = await Client.PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada", "correct horse"), Cancellation);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<RegisterResponse>(Cancellation);
        Assert.Equal($"/forge/users/{body!.Id}", response.Headers.Location?.ToString());
        Assert.Equal("created", body.Status);
        Assert.Equal("Registration complete. Welcome email is on its way.", body.Detail);
        Assert.Equal(7, body.Id.Version);
    }

    [Fact]
    public async Task Register_WhenAnswered_SendsTheWelcomeEmailAndThenWritesTheAuditLine()
    {
        var email = NewEmail();

        var user = await RegisterAsync(email);

        Assert.Contains("Ada", await Api.Smtp.MailTo(email).WaitAsync(Soon, Cancellation), StringComparison.Ordinal);
        await LogEvents.WaitForAsync(Api, "registration_audit_written", user.Id, Soon);
        Assert.Equal(
            ["welcome_email_started", "welcome_email_sent", "registration_audit_written"],
            LogEvents.Of(Api, user.Id));
        Assert.Equal(1L, await CountAuditLinesAsync(user.Id));
    }

    [Fact]
    public async Task Register_WhileTheMailServerHangs_AnswersAllTheSame()
    {
        using var hanging = Api.Smtp.Hang();
        var email = NewEmail();

        var registered = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => RegisterAsync($"{number}{email}")));

        Assert.All(registered, user => Assert.DoesNotContain("welcome_email_sent", LogEvents.Of(Api, user.Id)));
        hanging.Dispose();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Api.Smtp.MailTo($"{number}{email}").WaitAsync(Soon, Cancellation)));
    }

    [Theory]
    [InlineData("""{"username":"Ada","password":"correct horse"}""", "email")]
    [InlineData("""{"email":null,"username":"Ada"}""", "email")]
    [InlineData("""{"email":"","username":"Ada"}""", "email")]
    [InlineData("""{"email":"not an address","username":"Ada"}""", "email")]
    [InlineData("""{"email":"a@b@c.org","username":"Ada"}""", "email")]
    [InlineData("""{"email":"a..b@example.org","username":"Ada"}""", "email")]
    [InlineData("""{"email":"ada@example.org\r\nBcc: x@example.org","username":"Ada"}""", "email")]
    [InlineData("""{"email":"ada\u0000@example.org","username":"Ada"}""", "email")]
    [InlineData("""{"email":5,"username":"Ada"}""", "email")]
    [InlineData("""{"email":["ada@example.org"],"username":"Ada"}""", "email")]
    [InlineData("""{"email":"ada@example.org"}""", "username")]
    [InlineData("""{"email":"ada@example.org","username":" "}""", "username")]
    [InlineData("""{"email":"ada@example.org","username":"A\u0000da"}""", "username")]
    [InlineData("""{"email":"ada@example.org","username":"Ada\nEve"}""", "username")]
    [InlineData("""{"email":"ada@example.org","username":{}}""", "username")]
    [InlineData("""{"email":"ada@example.org","username":"\ud800"}""", "username")]
    [InlineData("""{"email":"ada@example.org","username":"Ada","password":""}""", "password")]
    [InlineData("""{"email":"ada@example.org","username":"Ada","password":"short"}""", "password")]
    [InlineData("""{"email":"ada@example.org","username":"Ada","password":true}""", "password")]
    public async Task Register_WhenAFieldIsWrong_NamesIt(string body, string field)
    {
        using var response = await Client.PostAsync("/forge/register", Json(body), Cancellation);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Fact]
    public async Task Register_WhenTheMailServerWantsALogin_LogsInAndKeepsThePasswordToItself()
    {
        const string Password = "the mail secret";
        await using var api = new ApiFactory(Stores, ("Mail:User", "forge"), ("Mail:Password", Password), ("Mail:Tls", "None"));
        api.Smtp.Capabilities = ["AUTH PLAIN"];
        var email = NewEmail();

        using var response = await api.CreateClient().PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada"), Cancellation);
        await api.Smtp.MailTo(email).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal([$"forge:{Password}"], api.Smtp.Logins);
        Assert.DoesNotContain(api.Logs.GetSnapshot(), record => record.Message.Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Register_WhenSeveralFieldsAreTooLong_NamesThemAll()
    {
        var tooLong = new string('x', 300);

        using var response = await Client.PostAsJsonAsync("/forge/register", new RegisterRequest($"{tooLong}@example.org", tooLong, tooLong), Cancellation);

        var problem = await ProblemAssert.IsProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(["email", "username", "password"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Register_WhenTheEmailIsTakenInAnotherCase_AnswersConflict()
    {
        var email = NewEmail();
        await RegisterAsync(email);

        using var response = await Client.PostAsJsonAsync("/forge/register", new RegisterRequest(email.ToUpperInvariant(), "Eve"), Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Register_WhenManyTakeTheSameEmailAtOnce_LetsOneThrough()
    {
        var email = NewEmail();

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Client.PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada"), Cancellation)));

        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Created);
        Assert.Equal(7, responses.Count(response => response.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Register_WhenTheEmailIsTheAdministrators_AnswersConflict()
    {
        using var response = await Client.PostAsJsonAsync("/forge/register", new RegisterRequest("Admin@Forge.local", "Eve"), Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Conflict);
    }

    private async Task<object?> CountAuditLinesAsync(Guid userId)
    {
        await using var command = Api.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("SELECT count(*) FROM audit_log WHERE user_id = $1 AND event = 'registered' AND trace_id IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter { Value = userId });
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
