using System.Net;

namespace Forge.Sandbox.Tests.Inbox;

public sealed class InboxTests
{
    private const string Attack = "<script>alert(1)</script>\"'&";

    [Fact]
    public async Task Page_WhenAMailHoldsMarkup_ShowsItAsText()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SendAsync(SandboxApp.Compose(to: "\"<script>\"@example.org", subject: Attack, text: $"</pre>{Attack}"));
        var id = Assert.Single(await sandbox.ReadMailAsync()).Id;

        foreach (var address in (string[])["/", $"/inbox/{id}"])
        {
            using var response = await sandbox.Http.GetAsync(address, SandboxApp.Cancellation);
            var html = await response.Content.ReadAsStringAsync(SandboxApp.Cancellation);

            Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(Attack, WebUtility.HtmlDecode(html), StringComparison.Ordinal);
            Assert.StartsWith("default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        }
    }

    [Fact]
    public async Task Page_WhenFaultsAreSet_ShowsThem()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("smtp", new(DelayMs: 3_000));

        Assert.Contains("3000 ms", await sandbox.Http.GetStringAsync("/", SandboxApp.Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_WhenItIsUnknown_IsNotFound()
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await sandbox.Http.GetAsync($"/inbox/{Guid.NewGuid()}", SandboxApp.Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Request_WhenItComesUnderAForeignName_IsRefused()
    {
        await using var sandbox = SandboxApp.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/mail");
        request.Headers.Host = "rebound.example";

        using var response = await sandbox.Http.SendAsync(request, SandboxApp.Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
