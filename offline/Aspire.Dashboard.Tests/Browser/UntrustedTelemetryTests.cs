using OpenTelemetry.Proto.Logs.V1;
using static Aspire.Dashboard.Tests.Sample;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Browser;

/// <summary>Whoever can make a service log something can write into these pages. It stays text, first drawn and refreshed.</summary>
public sealed class UntrustedTelemetryTests(BrowserFixture browsers)
{
    private const string Attack = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>";

    [Fact]
    public async Task Markup_IsShownAsText_Everywhere()
    {
        await using var app = await DashboardApp.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/traces");
        await page.BeLiveAsync();

        // The list gets it by a refresh, the others as they are loaded.
        await app.SendAsync("v1/traces", Traces(Attack, Span(1, 1, 0, Attack, 0, 5, (Attack, Attack), ("forge.lane", "request")).Failed(Attack)));
        await app.SendAsync("v1/traces", Traces(Attack, Span(2, 2, 0, Attack, 6, 9, ("forge.lane", "durable"), ("forge.job.kind", Attack), ("messaging.message.id", Attack)).OfKind(OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Consumer).LinkedTo(1, 1)));
        var log = Log(Attack, SeverityNumber.Error, 1, 1);
        log.Attributes.Add(Attribute(Attack, Attack));
        log.Attributes.Add(Attribute("exception.stacktrace", Attack));
        await app.SendAsync("v1/logs", Logs(Attack, log));
        await app.SendAsync("v1/metrics", Metrics(Attack, Counter(Attack, 0, 1, (Attack, Attack))));

        await Expect(page["tbody .name a"].First).ToHaveTextAsync(Attack);
        foreach (var path in (string[])[$"/traces/{TraceId(1)}", "/logs?line=1", "/metrics", $"/metrics?meter=Sample.Meter&instrument={Uri.EscapeDataString(Attack)}&by={Uri.EscapeDataString(Attack)}", $"/traces?q={Uri.EscapeDataString(Attack)}", $"/logs?resource={Uri.EscapeDataString(Attack)}"])
        {
            await page.GoAsync(path);
            await Expect(page["main"]).ToContainTextAsync("<script>alert(1)</script>");
            Assert.Equal(0, await page["main script, main img, [onload], [onerror]"].CountAsync());
        }
    }

    [Fact]
    public async Task VeryLongTexts_WidenNoPage()
    {
        await using var app = await DashboardApp.StartAsync();
        var wide = new string('W', 3_000);
        await app.SendAsync("v1/traces", Traces(wide, Span(1, 1, 0, wide, 0, 5, (wide, wide)).Failed(wide)));
        await app.SendAsync("v1/traces", Traces(wide, Span(2, 2, 0, wide, 6, 9, ("forge.lane", "durable")).LinkedTo(1, 1)));
        await app.SendAsync("v1/logs", Logs(wide, Log(wide, SeverityNumber.Error, 1, 1)));
        await app.SendAsync("v1/metrics", Metrics(wide, Counter(wide, 0, 1, (wide, wide))));
        await using var page = await browsers.OpenAsync(app, width: 400);

        foreach (var path in (string[])["/traces", $"/traces/{TraceId(1)}", "/logs?line=1", "/metrics"])
        {
            await page.GoAsync(path);
            Assert.Equal((path, 0), (path, await page.OverflowAsync()));
        }
    }
}
