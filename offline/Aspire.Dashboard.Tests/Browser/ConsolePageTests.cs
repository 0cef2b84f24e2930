using System.Text.RegularExpressions;
using Aspire.Dashboard.Tests.Resources;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Browser;

public sealed class ConsolePageTests(BrowserFixture browsers)
{
    [Fact]
    public async Task ColoredOutput_IsShownInColors_AndNothingElseGetsThrough()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/console?resource=api");

        await Expect(page[".line"]).ToHaveCountAsync(Zoo.LineCount);
        // Which of output and errors is read first is not known; each is in order.
        var output = page[".line:not(.error)"];
        await Expect(output.First.Locator(".ansi-green")).ToHaveTextAsync("info");
        await Expect(output.First.Locator(".ansi-bold")).ToHaveTextAsync("http://localhost:5200");
        await Expect(output.Nth(2)).ToContainTextAsync(Zoo.Attack);
        await Expect(page[".line.error"]).ToHaveCountAsync(2);
        Assert.Equal(0, await page["main script, main img, main .line a, [onerror]"].CountAsync());
        Assert.Equal(2, await page.Page.EvaluateAsync<int>("new Set([...document.querySelectorAll('.line .ansi-green, .line .ansi-red')].map(e => getComputedStyle(e).color)).size"));
    }

    [Fact]
    public async Task NewLines_AreFollowed_UntilSomebodyScrollsUp()
    {
        await using var app = await Zoo.StartAsync();
        var logger = app.Output().GetLogger("store");
        Write(logger, 1, 300);
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/console?resource=store");
        await Expect(Line(page, "line 300")).ToBeInViewportAsync();
        Write(logger, 301, 310);
        await Expect(Line(page, "line 310")).ToBeInViewportAsync();

        await page[".console"].HoverAsync();
        await page.Page.EvaluateAsync("() => { window.scrolled = new Promise(done => document.querySelector('.console').addEventListener('scrollend', () => done(), { once: true })); }");
        await page.Page.Mouse.WheelAsync(0, -1500);
        await Expect(page["[data-console-follow]"]).ToHaveAttributeAsync("aria-pressed", "false");
        // The follow ends with the scroll's first frame; where it stays is known after the last.
        await page.Page.EvaluateAsync("window.scrolled");
        var top = await page.Page.EvaluateAsync<double>("document.querySelector('.console').scrollTop");
        Write(logger, 311, 320);
        await Expect(Line(page, "line 320")).ToHaveCountAsync(1);
        await Expect(Line(page, "line 320")).Not.ToBeInViewportAsync();
        Assert.Equal(top, await page.Page.EvaluateAsync<double>("document.querySelector('.console').scrollTop"));

        await page["[data-console-follow]"].ClickAsync();
        await Expect(Line(page, "line 320")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Pause_HoldsThePageStill_AndResumeMissesNothing()
    {
        await using var app = await Zoo.StartAsync();
        var logger = app.Output().GetLogger("store");
        Write(logger, 1, 3);
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/console?resource=store");
        await Expect(page[".line"]).ToHaveCountAsync(3);

        await page["[data-console-pause]"].ClickAsync();
        await Expect(page["[data-console-state]"]).ToHaveTextAsync("Paused");
        Write(logger, 4, 6);
        // The server tells them to whoever listens; this page does not.
        await page.Page.EvaluateAsync("new Promise(done => { const source = new EventSource('/api/resources/store/console?after=5'); source.addEventListener('lines', event => { if (event.data.length > 2) { source.close(); done(); } }); })");
        await Expect(page[".line"]).ToHaveCountAsync(3);

        await page["[data-console-pause]"].ClickAsync();
        await Expect(page[".line .text"]).ToHaveTextAsync(["line 1", "line 2", "line 3", "line 4", "line 5", "line 6"]);
    }

    [Fact]
    public async Task Filter_LeavesLinesThatContainTheText_AlsoNewOnes()
    {
        await using var app = await Zoo.StartAsync();
        var logger = app.Output().GetLogger("store");
        Write(logger, 1, 30);
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/console?resource=store");
        await Expect(page[".line"]).ToHaveCountAsync(30);

        await page["[data-console-filter]"].FillAsync("LINE 2");
        await Expect(page[".line:visible"]).ToHaveCountAsync(11);
        await Expect(page["[data-console-count]"]).ToHaveTextAsync("11 of 30 lines");
        Write(logger, 200, 201);
        Write(logger, 31, 32);
        await Expect(page["[data-console-count]"]).ToHaveTextAsync("13 of 34 lines");
        await page["[data-console-filter]"].FillAsync("no such text");
        await Expect(page["[data-console-empty]"]).ToHaveTextAsync("No line contains this text.");
        await page["[data-console-filter]"].FillAsync("");
        await Expect(page[".line:visible"]).ToHaveCountAsync(34);
    }

    [Fact]
    public async Task ManyLines_AreBounded_AndThePageAnswers()
    {
        await using var app = await Zoo.StartAsync();
        var logger = app.Output().GetLogger("store");
        Write(logger, 1, 10_000);
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/console?resource=store");
        await Expect(page["[data-console-count]"]).ToHaveTextAsync("10,000 lines");
        Write(logger, 10_001, 12_000);
        await Expect(page["[data-console-count]"]).ToContainTextAsync("10,000 lines; 2,000 older ones are no longer here");
        Assert.Equal(10_000, await page[".line"].CountAsync());
        await Expect(Line(page, "line 12000")).ToBeInViewportAsync();

        // No moment in which the page does nothing else is anything like the whole work.
        var worst = await page.Page.EvaluateAsync<double>("""
            async () => {
              let worst = 0, before = performance.now(), goesOn = true;
              const tick = () => { const now = performance.now(); worst = Math.max(worst, now - before); before = now; goesOn && requestAnimationFrame(tick); };
              requestAnimationFrame(tick);
              const filter = document.querySelector('[data-console-filter]');
              filter.value = '77';
              filter.dispatchEvent(new Event('input'));
              await new Promise(done => { const wait = () => document.querySelector('[data-console-count]').textContent.includes(' of ') ? done() : requestAnimationFrame(wait); wait(); });
              goesOn = false;
              return worst;
            }
            """);
        TestContext.Current.TestOutputHelper?.WriteLine($"Longest frame while filtering 10,000 lines: {worst:0} ms");
    }

    [Fact]
    public async Task TimesAndDownload_AreThere()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/console?resource=api");
        await Expect(page[".line"]).ToHaveCountAsync(Zoo.LineCount);
        await Expect(page[".line time"].First).ToBeHiddenAsync();
        await page["[data-console-times]"].ClickAsync();
        await Expect(page[".line time"].First).ToHaveTextAsync(new Regex("^\\d\\d:\\d\\d:\\d\\d\\.\\d{3}$"));

        var download = await page.Page.RunAndWaitForDownloadAsync(() => page["[data-console-download]"].ClickAsync());
        Assert.Equal("api.log", download.SuggestedFilename);
        await using var stream = await download.CreateReadStreamAsync();
        using var reader = new StreamReader(stream);
        Assert.Matches(new Regex("^\\d{4}-.*Z info: Forge.Api", RegexOptions.Multiline), await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AnotherResource_IsOneChoiceAway()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/console?resource=store");
        await Expect(page["[data-console-empty]"]).ToContainTextAsync("Nothing has been written yet");
        await page["[name=resource]"].SelectOptionAsync("broken");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/console\\?resource=broken$"));
        await Expect(page[".line.error"]).ToContainTextAsync("cannot open the door");
    }

    [Fact]
    public async Task LooksRight()
    {
        await using var app = await Zoo.StartAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var width in (int[])[1280, 400])
            {
                await using var page = await browsers.OpenAsync(app, width, scheme: scheme);
                await page.GoAsync("/console?resource=api");
                await Expect(page[".line"]).ToHaveCountAsync(Zoo.LineCount);
                await page.ShootAsync($"console-{width}-{scheme}", wholePage: false);
                Assert.Equal(0, await page.OverflowAsync());
                await page["[data-console-times]"].ClickAsync();
                await page.ShootAsync($"console-times-{width}-{scheme}", wholePage: false);
                Assert.Equal(0, await page.OverflowAsync());
            }
        }
    }

    private static void Write(ILogger logger, int first, int last)
    {
        for (var number = first; number <= last; number++)
        {
            logger.LogInformation("line {Number}", number);
        }
    }

    private static ILocator Line(DashboardPage page, string text) => page[".line .text"].Filter(new() { HasTextRegex = new($"^{text}$") });
}
