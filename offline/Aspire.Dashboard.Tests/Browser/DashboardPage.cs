using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Aspire.Dashboard.Tests.Browser;

/// <summary>A page of the dashboard in a browser. Ends in failure when a script failed, a policy was broken, or something came from elsewhere.</summary>
internal sealed class DashboardPage : IAsyncDisposable
{
    // Generous: it is the end of waiting for what does come, on a machine that may be busy.
    private const float Patience = 45_000;

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = [];

    public DashboardPage(IBrowserContext context, IPage page, Uri home)
    {
        _context = context;
        Page = page;
        page.SetDefaultTimeout(Patience);
        page.SetDefaultNavigationTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        page.PageError += (_, error) => _faults.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _faults.Enqueue(message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(home.ToString(), StringComparison.Ordinal))
            {
                _faults.Enqueue($"Loaded from elsewhere: {request.Url}");
            }
        };
        page.Dialog += (_, dialog) => _faults.Enqueue($"A script that came with telemetry has run: {dialog.Message}");
    }

    public IPage Page { get; }

    public ILocator this[string selector, PageLocatorOptions? options = null] => Page.Locator(selector, options);

    /// <summary>Goes somewhere and waits until the page takes part in live updates.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await Assertions.Expect(Page.Locator("html")).ToHaveClassAsync("scripted");
    }

    /// <summary>Waits until changes are told to this page.</summary>
    public Task BeLiveAsync() => Assertions.Expect(Page.Locator("[data-live-state]")).ToHaveTextAsync("Live");

    /// <summary>Keeps a picture among the build's output, for people to look at.</summary>
    public Task ShootAsync(string name, bool wholePage = true) => Page.ScreenshotAsync(new()
    {
        Path = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "screenshots", "dashboard", $"{name}.png"),
        FullPage = wholePage,
        Animations = ScreenshotAnimations.Disabled,
    });

    /// <summary>How much wider than the screen the page is.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_faults);
    }
}
