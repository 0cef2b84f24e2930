using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Aspire.Dashboard.Tests.Resources;

public sealed partial class RevealTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_AreInNoPage_UntilEachIsAskedForWithTheTokenOfAPage()
    {
        await using var dashboard = await Zoo.StartAsync();
        const string Password = "/api/resources/api/environment/ADMIN_PASSWORD";

        using var stranger = dashboard.CreateBrowser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsync(Password, content: null, Token)).StatusCode);

        using var browser = await dashboard.LoginAsync();
        var page = await browser.GetStringAsync("/?resource=api", Token);
        foreach (var text in (string[])[page, await browser.GetStringAsync("/resources/api", Token), await browser.GetStringAsync("/api/resources", Token)])
        {
            Assert.Contains("ADMIN_PASSWORD", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Zoo.Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(Zoo.Secret), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Zoo.Literal, text, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(Password, content: null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await browser.GetAsync(Password, Token)).StatusCode);

        browser.DefaultRequestHeaders.Add("RequestVerificationToken", AntiforgeryToken.Match(page).Groups[1].Value);
        using var answer = await browser.PostAsync(Password, content: null, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal(Zoo.Secret, (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("value").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/api/resources/api/environment/PATH_TO_NOWHERE", content: null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/api/resources/nobody/environment/ADMIN_PASSWORD", content: null, Token)).StatusCode);
    }

    [Fact]
    public async Task Command_IsCarriedOut_RefusedOrFails_AndSaysSo()
    {
        await using var dashboard = await Zoo.StartAsync();
        using var script = dashboard.CreateScript();

        var said = await PostAsync("/api/resources/api/commands/say/it");
        Assert.Equal((true, "Said it to api"), (said.GetProperty("success").GetBoolean(), said.GetProperty("message").GetString()));
        var cleared = await PostAsync("/api/resources/store/commands/clear");
        Assert.Equal((false, $"It is locked by {Zoo.Attack}"), (cleared.GetProperty("success").GetBoolean(), cleared.GetProperty("message").GetString()));
        Assert.Equal(HttpStatusCode.Conflict, (await script.PostAsync("/api/resources/store/commands/never", content: null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await script.PostAsync("/api/resources/store/commands/unheard-of", content: null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await script.PostAsync("/api/resources/store/commands/start", content: null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await script.PostAsync("/api/resources/nobody/commands/stop", content: null, Token)).StatusCode);

        async Task<JsonElement> PostAsync(string path)
        {
            using var answer = await script.PostAsync(path, content: null, Token);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
        }
    }

    [GeneratedRegex("<meta name=\"antiforgery\" content=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken { get; }
}
