using Microsoft.Playwright;
using static Aspire.Dashboard.Tests.Sample;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Browser;

public sealed class TraceListTests(BrowserFixture browsers)
{
    [Fact]
    public async Task Registration_IsAnsweredInMillisecondsAndWorksOnForSeconds()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await using var page = await browsers.OpenAsync(app);

        await page.GoAsync("/traces");

        await Expect(page["tbody tr"]).ToHaveCountAsync(2);
        await Expect(Row(page, Stories.Registration)).ToContainTextAsync("Request");
        await Expect(Row(page, Stories.Registration).Locator(".duration")).ToHaveTextAsync("9.2 ms");
        await Expect(Row(page, Stories.Welcome)).ToContainTextAsync("Post-response");
        await Expect(Row(page, Stories.Welcome).Locator("th")).ToContainTextAsync("post-response POST /forge/register");
        await Expect(Row(page, Stories.Welcome).Locator(".duration")).ToHaveTextAsync("3.03 s");
    }

    [Theory]
    [InlineData("lane", "durable", 3)]
    [InlineData("resource", "worker", 3)]
    [InlineData("q", "forgedb.USERS", 1)]
    [InlineData("min", "1000", 1)]
    [InlineData("errors", "true", 2)]
    public async Task Filter_LeavesWhatMatches(string field, string value, int count)
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await app.TellFailingJobAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/traces");
        await Expect(page["tbody tr"]).ToHaveCountAsync(6);

        var input = page[$".filters [name={field}]"];
        await (field switch
        {
            "lane" or "resource" => input.SelectOptionAsync(value),
            "errors" => input.CheckAsync(),
            _ => input.FillAsync(value),
        });

        await Expect(page["tbody tr"]).ToHaveCountAsync(count);
        Assert.Contains($"{field}={Uri.EscapeDataString(value)}", page.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewTraces_AppearByThemselves_UnlessPaused()
    {
        await using var app = await DashboardApp.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/traces");
        await page.BeLiveAsync();
        await Expect(page[".empty"]).ToContainTextAsync("No trace has come in yet");
        await page.Page.EvaluateAsync("window.isStillTheSamePage = true");

        await app.SendAsync("v1/traces", Traces("api", Span(1, 1, 0, "first", 0, 1)));
        await Expect(page["tbody tr"]).ToHaveCountAsync(1);

        await page["[data-live-pause]"].ClickAsync();
        await Expect(page["[data-live-state]"]).ToHaveTextAsync("Paused");
        // Another page is the witness that there was something to show, twice, so that the first had its time.
        await using var witness = await browsers.OpenAsync(app);
        await witness.GoAsync("/traces");
        await witness.BeLiveAsync();
        await app.SendAsync("v1/traces", Traces("api", Span(2, 1, 0, "second", 10, 11)));
        await Expect(witness["tbody tr"]).ToHaveCountAsync(2);
        await app.SendAsync("v1/traces", Traces("api", Span(3, 1, 0, "third", 20, 21)));
        await Expect(witness["tbody tr"]).ToHaveCountAsync(3);
        Assert.Equal(1, await page["tbody tr"].CountAsync());

        await page["[data-live-pause]"].ClickAsync();
        await Expect(page["tbody tr"]).ToHaveCountAsync(3);
        await Expect(page["tbody tr"].First).ToContainTextAsync("third");
        Assert.True(await page.Page.EvaluateAsync<bool>("window.isStillTheSamePage === true"));
    }

    [Fact]
    public async Task NewTraces_DoNotMoveWhatIsBeingRead()
    {
        var row = $"document.getElementById('t{TraceId(40)}')";
        var topOfRow = $"{row}.getBoundingClientRect().top";
        await using var app = await DashboardApp.StartAsync();
        await app.SendAsync("v1/traces", Traces("api", Enumerable.Range(1, 80).Select(number => Span((ulong)number, 1, 0, $"request {number}", number, number + 1))));
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/traces");
        await page.BeLiveAsync();
        // At once: a wheel's scroll goes on for some frames, also while it is measured.
        await page.Page.EvaluateAsync($"{row}.scrollIntoView({{ block: 'center', behavior: 'instant' }})");
        Assert.True(await page.Page.EvaluateAsync<bool>("document.getElementById('traces').getBoundingClientRect().top < 0"));
        var before = await page.Page.EvaluateAsync<double>(topOfRow);

        await app.SendAsync("v1/traces", Traces("api", Enumerable.Range(101, 9).Select(number => Span((ulong)number, 1, 0, $"request {number}", number, number + 1))));
        await Expect(page["tbody tr"]).ToHaveCountAsync(89);

        Assert.Equal(before, await page.Page.EvaluateAsync<double>(topOfRow), tolerance: 2);
    }

    [Fact]
    public async Task ManyTraces_ArePagedInAnOrderThatStays()
    {
        await using var app = await DashboardApp.StartAsync();
        // All in the same moment: only their ids tell them apart.
        await app.SendAsync("v1/traces", Traces("api", Enumerable.Range(1, 250).Select(number => Span((ulong)number, 1, 0, $"request {number}", 0, 1))));
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/traces");
        var names = new HashSet<string>();
        for (var pageNumber = 1; ; pageNumber++)
        {
            names.UnionWith(await page["tbody .name a"].AllTextContentsAsync());
            if (pageNumber == 3)
            {
                break;
            }

            await page.Page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
            await Expect(page[".list-end"]).ToContainTextAsync(pageNumber == 1 ? "100 of 150" : "50 of 50");
        }

        Assert.Equal(250, names.Count);
        await Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Older" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task ListLooksRight()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await app.TellFailingJobAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var width in (int[])[1280, 400])
            {
                await using var page = await browsers.OpenAsync(app, width, scheme: scheme);
                await page.GoAsync("/traces");
                await page.ShootAsync($"traces-{width}-{scheme}");
                Assert.Equal(0, await page.OverflowAsync());
            }
        }
    }

    private static ILocator Row(DashboardPage page, ulong trace) => page[$"#t{TraceId(trace)}"];
}
