using Microsoft.Playwright;
using OpenTelemetry.Proto.Logs.V1;
using static Aspire.Dashboard.Tests.Sample;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Browser;

public sealed class LogListTests(BrowserFixture browsers)
{
    [Theory]
    [InlineData("resource", "worker", 3)]
    [InlineData("level", "Error", 2)]
    [InlineData("q", "REGISTRATION_audit", 1)]
    [InlineData("traceId", "00000000000000000000000000001002", 3)]
    [InlineData("spanId", "000000000000000e", 1)]
    [InlineData("traceId", "no id", 0)]
    public async Task Filter_LeavesWhatMatches(string field, string value, int count)
    {
        await using var app = await DashboardApp.StartAsync();
        await app.TellRegistrationAsync();
        await app.TellFailingJobAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/logs");
        await Expect(page["tbody tr"]).ToHaveCountAsync(6);

        var input = page[$".filters [name={field}]"];
        await (field is "resource" or "level" ? input.SelectOptionAsync(value) : input.FillAsync(value));

        await Expect(page["tbody tr"]).ToHaveCountAsync(count);
    }

    [Fact]
    public async Task Line_ShowsItsValuesAndException()
    {
        await using var app = await DashboardApp.StartAsync();
        var log = Log("Payment 7 was refused", SeverityNumber.Error, 5, 6);
        log.Attributes.Add(Attribute("PaymentId", 7));
        log.Attributes.Add(Attribute("exception.type", "Forge.RefusedException"));
        log.Attributes.Add(Attribute("exception.message", "No money"));
        log.Attributes.Add(Attribute("exception.stacktrace", "Forge.RefusedException: No money\n   at Forge.Payments.Capture()"));
        await app.SendAsync("v1/logs", Logs("worker", log));
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/logs");
        await Expect(page["#panel"]).ToContainTextAsync("Select a line");

        await page["tbody .message a"].ClickAsync();

        await Expect(page["#panel pre"]).ToContainTextAsync("at Forge.Payments.Capture()");
        await Expect(page["#panel"]).ToContainTextAsync("PaymentId");
        await Expect(page["#panel"]).ToContainTextAsync("Sample.Category");
    }

    [Fact]
    public async Task NewLines_AppearByThemselves_AboveTheOld()
    {
        await using var app = await DashboardApp.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/logs");
        await page.BeLiveAsync();

        await app.SendAsync("v1/logs", Logs("api", Log("one")));
        await Expect(page["tbody .message"]).ToHaveTextAsync(["one"]);
        await app.SendAsync("v1/logs", Logs("api", Log("two")));
        await Expect(page["tbody .message"]).ToHaveTextAsync(["two", "one"]);
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
                await page.GoAsync("/logs");
                await page["tbody .message a"].Nth(1).ClickAsync();
                await Expect(page["#panel h2"]).ToContainTextAsync("The gateway said 503");
                await page.ShootAsync($"logs-{width}-{scheme}", wholePage: false);
                Assert.Equal(0, await page.OverflowAsync());
            }
        }
    }
}
