using Forge.IntegrationTests.Browser;
using Microsoft.Playwright;

namespace Forge.Web.Tests.Journeys;

/// <summary>The journey of a payment as Chromium draws it, without script.</summary>
public sealed class JourneyBrowserTests
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(400, ColorScheme.Light)]
    [InlineData(400, ColorScheme.Dark)]
    public async Task Journey_IsDrawnOnOneTimeLine(int width, ColorScheme scheme)
    {
        await using var web = new WebFixture();
        web.UseKestrel();
        web.StartServer();
        _ = JourneyPageTests.Tell(web, isAdmin: true);
        web.Api.On("POST /forge/login", System.Net.HttpStatusCode.OK, WebFixture.Tokens("access-1", "refresh-1"));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await browser.NewPageAsync(new()
        {
            BaseURL = web.ClientOptions.BaseAddress.ToString(),
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = scheme,
            JavaScriptEnabled = false,
        });
        var faults = new List<string>();
        page.Console += (_, message) => faults.Add(message.Text);

        await page.GotoAsync($"/journeys/{FakeDashboard.Request}");
        await page.GetByLabel("Email address").FillAsync("ada@example.com");
        await page.GetByLabel("Password").FillAsync("correct horse");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByLabel("The whole journey").WaitForAsync();
        await page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "screenshots", $"journey-{width}-{scheme}.png"), FullPage = true });

        // The overview: the request up to the line, everything else after it, and waiting between the attempts.
        var rows = page.GetByLabel("The whole journey").Locator("tbody tr");
        var line = (await BoxAsync(rows.Nth(1).Locator("line"))).X;
        Assert.InRange(line, (await BoxAsync(rows.Nth(0).Locator("rect"))).X, (await BoxAsync(rows.Nth(2).Locator("rect.root"))).X + 1);
        var bars = rows.Nth(3).Locator("rect");
        Assert.Equal(["wait", "failed", "wait", "root"], await bars.EvaluateAllAsync<string[]>("bars => bars.map(bar => bar.getAttribute('class'))"));
        var (failed, wait, root) = (await BoxAsync(bars.Nth(1)), await BoxAsync(bars.Nth(2)), await BoxAsync(bars.Nth(3)));
        Assert.Equal(failed.X + failed.Width, wait.X, tolerance: 1.5);
        Assert.Equal(wait.X + wait.Width, root.X, tolerance: 1.5);
        Assert.Contains("waiting-lane-durable", await bars.Nth(2).EvaluateAsync<string>("bar => getComputedStyle(bar).fill"), StringComparison.Ordinal);

        // The request's own waterfall fills its time line, up to the line of the response.
        var request = page.Locator("#part-0 tbody tr").First;
        var server = await BoxAsync(request.Locator("rect"));
        Assert.Equal((await BoxAsync(request.Locator("line"))).X, server.X + server.Width, tolerance: 2);
        Assert.True(server.Width > 0.8 * (await BoxAsync(request.Locator("svg"))).Width);
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
        Assert.Empty(faults);
    }

    private static async Task<LocatorBoundingBoxResult> BoxAsync(ILocator locator) => (await locator.BoundingBoxAsync())!;
}
