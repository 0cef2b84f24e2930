using Microsoft.Playwright;

namespace Forge.IntegrationTests.Browser;

/// <summary>A test with a real browser.</summary>
public abstract class BrowserTest : IAsyncLifetime
{
    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(30);

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
        GC.SuppressFinalize(this);
    }

    /// <summary>A page of its own session, whose addresses begin with this one.</summary>
    private protected async Task<IPage> NewPageAsync(Uri address, ViewportSize? viewport = null)
    {
        var page = await _browser!.NewPageAsync(new() { BaseURL = address.ToString(), ViewportSize = viewport });
        page.SetDefaultTimeout((float)PageTimeout.TotalMilliseconds);
        return page;
    }
}
