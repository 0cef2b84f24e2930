using System.Net;
using Microsoft.Playwright;
using static Aspire.Dashboard.Tests.Sample;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Browser;

public sealed class JourneyTests(BrowserFixture browsers)
{
    [Fact]
    public async Task Registration_ShowsTheResponseBetweenRequestAndMailAndAudit()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await using var page = await browsers.OpenAsync(app);

        await page.GoAsync($"/traces/{TraceId(Stories.Registration)}");

        await Expect(page[".journey-facts"]).ToContainTextAsync("answered in 9.2 ms");
        await Expect(page["#lane-0 .sent-text"]).ToHaveTextAsync("response sent +9.2 ms");
        await Expect(page["#lane-1"]).ToContainTextAsync("post-response POST /forge/register");
        var names = await page["#lane-1 .span-words > a.quiet"].AllTextContentsAsync();
        Assert.Equal(["post-response POST /forge/register", "task welcome-email", "smtp send", "task registration-audit", "INSERT forgedb.audit"], names);
        // All on one axis, the line lies between the request and the work after it; the audit begins after the mail.
        var line = await LeftOfAsync(page, ".overview a[href='#lane-0'] line");
        Assert.True(await RightOfAsync(page, ".overview a[href='#lane-0'] rect") <= line + 3, "the request ends at the line");
        Assert.True(await LeftOfAsync(page, ".overview a[href='#lane-1'] rect.root") >= line, "the work begins after the line");
        Assert.True(await LeftOfAsync(page, Bar(Stories.Welcome, 14)) >= await RightOfAsync(page, Bar(Stories.Welcome, 12)) - 2, "the audit begins after the mail");
    }

    [Theory]
    [InlineData(Stories.Submission)]
    [InlineData(Stories.FirstAttempt)]
    [InlineData(Stories.FirstAttempt + 2)]
    public async Task FailingJob_ShowsThreeAttemptsWithErrorsAndBackoff_FromWhicheverTrace(ulong opened)
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellFailingJobAsync();
        await using var page = await browsers.OpenAsync(app);

        await page.GoAsync($"/traces/{TraceId(opened)}");

        await Expect(page["h1"]).ToHaveTextAsync("POST /forge/jobs");
        await Expect(page["#lane-1 h2"]).ToHaveTextAsync("demo.fail");
        await Expect(page["#lane-1 .root-row"]).ToHaveCountAsync(3);
        await Expect(page["#lane-1 .root-row .span-error"]).ToHaveTextAsync(["Forge.GatewayException: The gateway did not answer within 400 ms", "Forge.GatewayException: The gateway said 503"]);
        await Expect(page["#lane-1 .wait-row .span-name"]).ToHaveTextAsync(["Waiting for its turn", "Backoff before attempt 2", "Backoff before attempt 3"]);
        await Expect(page["#lane-1 .wait-row .span-time"]).ToHaveTextAsync(["waited 440 ms", "waited 1.21 s", "waited 4.6 s"]);
        await Expect(page["#lane-1 .wait-row rect.wait"]).ToHaveCountAsync(3);
        await Expect(page["#lane-1 .chip", new() { HasText = "opened" }]).ToHaveCountAsync(opened == Stories.Submission ? 0 : 1);
    }

    [Fact]
    public async Task Lane_HasAnAxisOfItsOwnIfOneWants()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellFailingJobAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync($"/traces/{TraceId(Stories.Submission)}");

        // 12 ms beside 8 s: the request begins with an axis that fits it.
        await Expect(page["#lane-0 [data-do=fit]"]).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.True(await WidthOfAsync(page, Bar(Stories.Submission, 21)) > 300);
        await page["#lane-0 [data-do=same]"].ClickAsync();
        Assert.True(await WidthOfAsync(page, Bar(Stories.Submission, 21)) < 10);
        await page["#lane-0 [data-do=fit]"].ClickAsync();
        Assert.True(await WidthOfAsync(page, Bar(Stories.Submission, 21)) > 300);

        var before = await WidthOfAsync(page, Bar(Stories.FirstAttempt, 31));
        await page["#lane-1 [data-do=in]"].ClickAsync();
        Assert.Equal(2 * before, await WidthOfAsync(page, Bar(Stories.FirstAttempt, 31)), tolerance: 3);
        await Expect(page["#lane-1 [data-do=same]"]).ToHaveAttributeAsync("aria-pressed", "false");
        Assert.True(await WidthOfAsync(page, Bar(Stories.Submission, 21)) > 300, "the other lane stays as it was");
    }

    [Fact]
    public async Task Keys_GoFromSpanToSpan_AndThePanelFollows()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync($"/traces/{TraceId(Stories.Registration)}");
        await Expect(page["#panel h2"]).ToHaveTextAsync("POST /forge/register");

        await page[Link(Stories.Registration, 1)].FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(page["#panel h2"]).ToHaveTextAsync("hash password");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(page["#panel h2"]).ToHaveTextAsync("INSERT forgedb.users");
        await Expect(page["#panel"]).ToContainTextAsync("insert into users (id, email, name) values ($1, $2, $3)");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page["#panel h2"]).ToHaveTextAsync("POST /forge/register");
        await page.Page.Keyboard.PressAsync("End");
        await Expect(page["#panel h2"]).ToHaveTextAsync("INSERT forgedb.audit");
        await Expect(page[Link(Stories.Welcome, 15)]).ToBeFocusedAsync();
        Assert.EndsWith($"/traces/{TraceId(Stories.Welcome)}?span={SpanId(15)}", page.Page.Url, StringComparison.Ordinal);

        // Tab leaves the list; what it had is where one comes back to.
        Assert.Equal(1, await page["a[data-select][tabindex='0']"].CountAsync());
    }

    [Fact]
    public async Task Span_LeadsToItsLogs_AndBack()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync($"/traces/{TraceId(Stories.Registration)}");

        await page[Link(Stories.Welcome, 12)].ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "2 log lines of this span" }).ClickAsync();
        await Expect(page["tbody .message"]).ToHaveTextAsync(["welcome_email_sent after 3002 ms", "welcome_email_started for ada@example.com"]);

        await page["tbody .message a"].First.ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Its span" }).ClickAsync();
        await Expect(page["#panel h2"]).ToHaveTextAsync("task welcome-email");
        await Expect(page[Link(Stories.Welcome, 12)]).ToHaveAttributeAsync("aria-current", "true");
    }

    [Fact]
    public async Task Journey_GrowsByItself_AndKeepsZoomAndFocus()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.SendAsync("v1/traces", Traces("api", Span(1, 1, 0, "POST /forge/register", 0, 9, ("forge.lane", "request")).OfKind(OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Server)));
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync($"/traces/{TraceId(1)}");
        await page.BeLiveAsync();
        await page["#lane-0 [data-do=in]"].ClickAsync();
        var width = await WidthOfAsync(page, Bar(1, 1));
        await page[Link(1, 1)].FocusAsync();

        await app.SendAsync("v1/traces", Traces("api", Span(2, 2, 0, "post-response POST /forge/register", 10, 900, ("forge.lane", "post_response")).LinkedTo(1, 1)));

        await Expect(page["#lane-1 h2"]).ToHaveTextAsync("post-response POST /forge/register");
        await Expect(page[Link(1, 1)]).ToBeFocusedAsync();
        Assert.Equal(width, await WidthOfAsync(page, Bar(1, 1)), tolerance: 3);
    }

    [Fact]
    public async Task Selection_WhileAnUpdateIsUnderWay_Stays()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await using var page = await browsers.OpenAsync(app);
        var isSelected = new TaskCompletionSource();
        await page.Page.RouteAsync("**/traces/*", async route =>
        {
            if (route.Request.Headers.TryGetValue("x-requested-with", out var who) && who == "live")
            {
                // The answer is made before the selection, and comes after it.
                var answer = await route.FetchAsync();
                await isSelected.Task;
                await route.FulfillAsync(new() { Response = answer });
                return;
            }

            await route.ContinueAsync();
        });
        await page.GoAsync($"/traces/{TraceId(Stories.Registration)}");
        await page.Page.EvaluateAsync("document.querySelector('#journey').firstElementChild.dataset.old = ''");

        await page[Link(Stories.Welcome, 12)].ClickAsync();
        await Expect(page["#panel h2"]).ToHaveTextAsync("task welcome-email");
        isSelected.SetResult();

        await Expect(page["[data-old]"]).ToHaveCountAsync(0);
        await Expect(page["[aria-current=true][data-select]"]).ToHaveCountAsync(1);
        await Expect(page[Link(Stories.Welcome, 12)]).ToHaveAttributeAsync("aria-current", "true");
    }

    [Fact]
    public async Task UnknownTrace_SaysWhy()
    {
        await using var app = await DashboardApp.StartAsync();
        using var browser = await app.LoginAsync();
        using var answer = await browser.GetAsync($"/traces/{TraceId(7)}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Nothing is kept of this trace", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JourneyLooksRight()
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await app.TellFailingJobAsync();
        await app.TellPaymentAsync();
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var width in (int[])[1280, 400])
            {
                await using var page = await browsers.OpenAsync(app, width, scheme: scheme);
                foreach (var (name, trace) in ((string, ulong)[])[("registration", Stories.Registration), ("job", Stories.FirstAttempt), ("payment", Stories.Payment)])
                {
                    await page.GoAsync($"/traces/{TraceId(trace)}");
                    await page.ShootAsync($"journey-{name}-{width}-{scheme}");
                    Assert.Equal(0, await page.OverflowAsync());
                }
            }
        }
    }

    private static string Link(ulong trace, ulong span) => $"#s{TraceId(trace)}{SpanId(span)}";

    private static string Bar(ulong trace, ulong span) => $"li:has({Link(trace, span)}) rect";

    private static Task<double> LeftOfAsync(DashboardPage page, string selector) => PlaceAsync(page, selector, "left");

    private static Task<double> RightOfAsync(DashboardPage page, string selector) => PlaceAsync(page, selector, "right");

    private static Task<double> WidthOfAsync(DashboardPage page, string selector) => PlaceAsync(page, selector, "width");

    // In one step: an element that was found first may have been drawn anew before it is measured.
    private static Task<double> PlaceAsync(DashboardPage page, string selector, string side) =>
        page.Page.EvaluateAsync<double>("([selector, side]) => document.querySelector(selector).getBoundingClientRect()[side]", new[] { selector, side });
}
