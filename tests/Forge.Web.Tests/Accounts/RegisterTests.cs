using System.Net;
using Forge.Contracts;

namespace Forge.Web.Tests.Accounts;

public sealed class RegisterTests
{
    private const string Path = "/accounts/register";
    private const string Route = "POST /forge/register";

    [Fact]
    public async Task Register_WhenAccepted_GoesToSignInWithTheEmailFilledIn()
    {
        await using var web = new WebFixture();
        web.Api.On(Route, HttpStatusCode.Created, new RegisterResponse(Guid.NewGuid(), "created", "Registration complete."));
        var browser = web.OpenBrowser();

        var answer = await browser.SubmitAsync(Path, Form());
        var next = await browser.GetAsync(answer.Location!);

        Assert.Equal("/accounts/signin", answer.Location);
        Assert.Contains("Registration complete.", next.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"ada@example.com\"", next.Text, StringComparison.Ordinal);
        var sent = web.Api.Last(Route).Json;
        Assert.Equal("ada@example.com", sent.GetProperty("email").GetString());
        Assert.Equal("ada", sent.GetProperty("username").GetString());
        Assert.Equal("correct horse", sent.GetProperty("password").GetString());
    }

    [Fact]
    public async Task Register_WhenTheApiNamesFields_ShowsItsWordsAtThem()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Route, HttpStatusCode.BadRequest, new
        {
            status = 400,
            errors = new Dictionary<string, string[]> { ["email"] = ["Not an address."], ["Password"] = ["Too short."] },
        });

        var answer = await web.OpenBrowser().SubmitAsync(Path, Form());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("""<p class="error" id="Input_Email-error">Not an address.</p>""", answer.Text, StringComparison.Ordinal);
        Assert.Contains("""<p class="error" id="Input_Password-error">Too short.</p>""", answer.Text, StringComparison.Ordinal);
        Assert.Contains("""<a href="#Input_Email">Not an address.</a>""", answer.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"ada@example.com\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("correct horse", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WhenTheEmailIsTaken_SaysWhatTheApiSays()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem(Route, HttpStatusCode.Conflict, new { status = 409, detail = "This email has an account. Sign in." });

        var answer = await web.OpenBrowser().SubmitAsync(Path, Form());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("This email has an account. Sign in.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WhenEmpty_DoesNotAskTheApi()
    {
        await using var web = new WebFixture();

        var answer = await web.OpenBrowser().SubmitAsync(Path, []);

        Assert.Contains("Enter your email address.", answer.Text, StringComparison.Ordinal);
        Assert.Empty(web.Api.Requests);
    }

    [Fact]
    public async Task Register_WithoutAntiforgeryToken_IsRefused()
    {
        await using var web = new WebFixture();

        var answer = await web.OpenBrowser().PostAsync(Path, Form());

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("out of date", answer.Text, StringComparison.Ordinal);
        Assert.Empty(web.Api.Requests);
    }

    private static Dictionary<string, string> Form() => new()
    {
        ["Input.Email"] = "ada@example.com",
        ["Input.Username"] = "ada",
        ["Input.Password"] = "correct horse",
    };
}
