using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OpenTelemetry.Proto.Metrics.V1;
using static Aspire.Dashboard.Tests.Sample;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Browser;

public sealed class MetricPageTests(BrowserFixture browsers)
{
    private const string Duration = "http.server.request.duration";
    private const double Now = 3_600_000;
    private static readonly double[] Bounds = [0.01, 0.1, 1];

    [Fact]
    public async Task Histogram_ShowsPercentiles_AllAsOneAndByTag()
    {
        await using var app = await StartAsync();
        // In the window: 90 requests under 10 ms and 10 between 100 ms and 1 s; what was before it does not count.
        await app.SendAsync("v1/metrics", Metrics("api", Tagged(Histogram(Duration, Ago(600_000), Bounds, [1000, 0, 0, 0]), "/fast"), Tagged(Histogram(Duration, Ago(600_000), Bounds, [0, 0, 0, 0]), "/slow")));
        await app.SendAsync("v1/metrics", Metrics("api", Tagged(Histogram(Duration, Ago(30_000), Bounds, [1090, 0, 0, 0]), "/fast"), Tagged(Histogram(Duration, Ago(30_000), Bounds, [0, 0, 10, 0]), "/slow")));
        await using var page = await browsers.OpenAsync(app);

        await page.GoAsync("/metrics");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = Duration }).ClickAsync();

        await Expect(page[".legend li"]).ToHaveTextAsync(["p50", "p95", "p99"]);
        await Expect(page["tbody td"]).ToHaveTextAsync(["100", "0 ms", "5.56 ms", "550 ms", "910 ms"]);
        await page["[name=by]"].SelectOptionAsync("http.route");
        await Expect(page["tbody th"]).ToHaveTextAsync(["/fast", "/slow"]);
        await Expect(page[".legend li"]).ToHaveTextAsync(["/fast", "/slow"]);
        await page["[name='tag.http.route']"].SelectOptionAsync("/slow");
        await Expect(page["tbody th"]).ToHaveTextAsync(["/slow"]);
        await Expect(page["tbody td"].First).ToHaveTextAsync("10");
    }

    [Fact]
    public async Task Counter_ShowsItsGrowth_AcrossARestart()
    {
        await using var app = await StartAsync();
        foreach (var (ago, value) in ((double, double)[])[(400_000, 100), (200_000, 130), (100_000, 20), (50_000, 50)])
        {
            await app.SendAsync("v1/metrics", Metrics("api", Counter("orders", Ago(ago), value)));
        }

        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/metrics?resource=api&meter=Sample.Meter&instrument=orders");

        // 30 before the restart, 20 and 30 after it, in 5 minutes.
        await Expect(page["tbody td"].First).ToHaveTextAsync("80");
        await page["[name=window]"].SelectOptionAsync("1");
        await Expect(page["tbody td"].First).ToHaveTextAsync("30");
    }

    [Fact]
    public async Task NewValues_AppearByThemselves()
    {
        await using var app = await StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/metrics?resource=api&meter=Sample.Meter&instrument=orders");
        await page.BeLiveAsync();
        await Expect(page[".empty"]).ToContainTextAsync("No metrics have come in yet");

        await app.SendAsync("v1/metrics", Metrics("api", Counter("orders", Ago(10_000), 5)));
        await Expect(page["tbody td"].First).ToHaveTextAsync("5");
        await app.SendAsync("v1/metrics", Metrics("api", Counter("orders", Ago(5_000), 9)));
        await Expect(page["tbody td"].First).ToHaveTextAsync("9");
    }

    [Fact]
    public async Task ValuesThatCome_BeforeThePageListens_AppearToo()
    {
        await using var app = await StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await app.SendAsync("v1/metrics", Metrics("api", Counter("orders", Ago(10_000), 5)));
        var isSent = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/changes", async route =>
        {
            await isSent.Task;
            await route.ContinueAsync();
        });

        await page.GoAsync("/metrics?resource=api&meter=Sample.Meter&instrument=orders");
        await Expect(page["tbody td"].First).ToHaveTextAsync("5");
        await app.SendAsync("v1/metrics", Metrics("api", Counter("orders", Ago(5_000), 9)));
        isSent.SetResult();

        await Expect(page["tbody td"].First).ToHaveTextAsync("9");
    }

    [Fact]
    public async Task ChartLooksRight()
    {
        await using var app = await StartAsync();
        for (var ago = 290; ago >= 5; ago -= 5)
        {
            var calls = (ulong)(300 - ago);
            var slow = (ulong)(Math.Pow(calls, 1.3) / 20);
            await app.SendAsync("v1/metrics", Metrics("api",
                Tagged(Histogram(Duration, Ago(ago * 1000), Bounds, [calls * 4, calls, slow, 0]), "/forge/register"),
                Tagged(Histogram(Duration, Ago(ago * 1000), Bounds, [calls, calls / 2, 0, 0]), "/forge/weather/{city}"),
                Counter("forge.job.enqueued", Ago(ago * 1000), calls * 3, ("queue", "default")),
                Counter("forge.job.attempts", Ago(ago * 1000), calls * 2, ("queue", "default"), ("outcome", "completed"))));
        }

        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var width in (int[])[1280, 400])
            {
                await using var page = await browsers.OpenAsync(app, width, scheme: scheme);
                await page.GoAsync($"/metrics?resource=api&meter=Sample.Meter&instrument={Duration}");
                await page.ShootAsync($"metrics-{width}-{scheme}");
                Assert.Equal(0, await page.OverflowAsync());
            }
        }
    }

    private static double Ago(double milliseconds) => Now - milliseconds;

    private static Task<DashboardApp> StartAsync() =>
        DashboardApp.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new ClockAtTheSamples()));

    private static Metric Tagged(Metric histogram, string route)
    {
        histogram.Histogram.DataPoints[0].Attributes.Add(Attribute("http.route", route));
        return histogram;
    }

    private sealed class ClockAtTheSamples : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks((long)(Nanos(Now) / 100));
    }
}
