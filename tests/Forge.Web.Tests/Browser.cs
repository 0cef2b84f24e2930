using System.Net;
using System.Text.RegularExpressions;

namespace Forge.Web.Tests;

/// <summary>What a browser without script does: keeps cookies, fetches pages, sends their forms.</summary>
internal sealed partial class Browser(HttpClient client)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async Task<BrowserPage> GetAsync(string path)
    {
        using var response = await client.GetAsync(path, Cancelled);
        return await ReadAsync(response);
    }

    public Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>Fetches the page with the form and sends it filled in.</summary>
    public async Task<BrowserPage> SubmitAsync(string path, Dictionary<string, string> fields, string? action = null)
    {
        var form = await GetAsync(path);
        var token = AntiforgeryToken().Match(form.Html);
        Assert.True(token.Success, $"{path} ({form.Status}) has a form with an antiforgery token");
        fields["__RequestVerificationToken"] = token.Groups[1].Value;
        return await PostAsync(action ?? path, fields);
    }

    public async Task<BrowserPage> PostAsync(string path, Dictionary<string, string> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        using var response = await client.PostAsync(path, content, Cancelled);
        return await ReadAsync(response);
    }

    private static async Task<BrowserPage> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Headers.Location?.OriginalString,
        await response.Content.ReadAsStringAsync(Cancelled),
        response.Headers.ToDictionary(header => header.Key, header => string.Join("\n", header.Value)));

    [GeneratedRegex("""name="__RequestVerificationToken" type="hidden" value="([^"]+)""")]
    private static partial Regex AntiforgeryToken();
}

internal sealed record BrowserPage(HttpStatusCode Status, string? Location, string Html, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The page as its reader sees it, entities decoded.</summary>
    public string Text => WebUtility.HtmlDecode(Html);
}
