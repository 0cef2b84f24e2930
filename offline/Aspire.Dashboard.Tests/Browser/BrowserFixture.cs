using Aspire.Dashboard.Tests.Browser;
using Forge.IntegrationTests.Browser;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace Aspire.Dashboard.Tests.Browser;

/// <summary>One browser for all tests; each page has cookies of its own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A browser that came by the login link, on a screen of a width.</summary>
    internal async Task<DashboardPage> OpenAsync(DashboardApp app, int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new() { BaseURL = app.FrontendUrl.ToString(), ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        var page = new DashboardPage(context, await context.NewPageAsync(), app.FrontendUrl);
        await page.Page.GotoAsync(app.LoginUrl);
        return page;
    }
}
