using System.Text.RegularExpressions;
using Aspire.Dashboard.Tests.Resources;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Browser;

public sealed class ResourcePageTests(BrowserFixture browsers)
{
    [Fact]
    public async Task List_ShowsStateHealthEndpointsAndStart()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/");

        await Expect(page["#r-api .state"]).ToContainTextAsync("Running");
        await Expect(page["#r-api .endpoints a"]).ToHaveAttributeAsync("href", new Regex("^http://localhost:\\d+$"));
        await Expect(page["#r-api .started time"]).ToHaveTextAsync(new Regex("\\d\\d:\\d\\d:\\d\\d$"));
        await Expect(page["#r-store .health"]).ToContainTextAsync("store-disk: The disk is 91 % full");
        await Expect(page["#r-store .endpoints"]).ToContainTextAsync("tcp://localhost:");
        await Expect(page["#r-store .endpoints a"]).ToHaveCountAsync(0);
        await Expect(page["#r-broken .state"]).ToContainTextAsync("Finished");
        await Expect(page["#r-broken .state"]).ToContainTextAsync("exit code 3");
        await Expect(page["#summary"]).ToContainTextAsync("1 finished");
    }

    [Fact]
    public async Task StopAndStart_ChangeTheRow_WithoutReload()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/");
        await page.BeLiveAsync();
        await page.Page.EvaluateAsync("window.isStillTheSamePage = true");

        await Row("api").GetByRole(AriaRole.Button, new() { Name = "Stop api" }).ClickAsync();
        await Expect(page["#r-api .state"]).ToContainTextAsync("Finished");
        await Expect(page["[data-results]"]).ToContainTextAsync("api: Stop done.");
        await Row("api").GetByRole(AriaRole.Button, new() { Name = "Start api" }).ClickAsync();
        await Expect(page["#r-api .state"]).ToContainTextAsync("Running");
        Assert.True(await page.Page.EvaluateAsync<bool>("window.isStillTheSamePage === true"));

        ILocator Row(string id) => page[$"#r-{id}"];
    }

    [Fact]
    public async Task CommandWithConfirmation_Asks_AndItsFailureIsShownAsText()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/?resource=store");
        var clear = page["#panel"].GetByRole(AriaRole.Button, new() { Name = "Clear" });
        await Expect(page["#panel"].GetByRole(AriaRole.Button, new() { Name = "Never" })).ToBeDisabledAsync();
        await Expect(page["#panel"].GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true })).ToBeDisabledAsync();

        await clear.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page["dialog"]).ToContainTextAsync("Delete everything that the store holds?");
        await page.ShootAsync("resources-confirm", wholePage: false);
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page["dialog"]).ToBeHiddenAsync();
        await Expect(clear).ToBeFocusedAsync();
        await Expect(page["[data-results]"]).ToBeEmptyAsync();

        await clear.ClickAsync();
        await page["dialog"].GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await Expect(page["[data-results] .bad"]).ToContainTextAsync($"store: Clear failed: It is locked by {Zoo.Attack}");
        await page.ShootAsync("resources-result", wholePage: false);
        await page["[data-results]"].GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();
        await Expect(page["[data-results]"]).ToBeEmptyAsync();
    }

    [Fact]
    public async Task Secrets_AreShownOneByOne_StayOverUpdates_AndAreHiddenAgain()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/?resource=api");
        await page.BeLiveAsync();
        await Expect(page["#panel"]).ToContainTextAsync("plain");
        Assert.DoesNotContain(Zoo.Secret, await page.Page.ContentAsync(), StringComparison.Ordinal);

        var show = page["[data-reveal$=ADMIN_PASSWORD]"];
        await Expect(show).ToHaveAccessibleNameAsync("Show ADMIN_PASSWORD");
        await show.ClickAsync();
        await Expect(page["#panel"]).ToContainTextAsync(Zoo.Secret);
        Assert.DoesNotContain(Zoo.Literal, await page.Page.ContentAsync(), StringComparison.Ordinal);

        // The part is drawn anew, and what was shown is shown still.
        await page.Page.EvaluateAsync("document.querySelector('#resource-detail').firstElementChild.dataset.old = ''");
        await app.App.ResourceNotifications.PublishUpdateAsync(app.Resource("store"), snapshot => snapshot with { State = "Busy" });
        await Expect(page["#r-store .state"]).ToContainTextAsync("Busy");
        await Expect(page["[data-old]"]).ToHaveCountAsync(0);
        await Expect(page["#panel"]).ToContainTextAsync(Zoo.Secret);

        await Expect(show).ToHaveAccessibleNameAsync("Hide ADMIN_PASSWORD");
        await show.ClickAsync();
        await Expect(page["#panel"]).Not.ToContainTextAsync(Zoo.Secret);
    }

    [Fact]
    public async Task Keyboard_GoesThroughRows_AndTheirDetails()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/");
        await page["#a-store"].FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(page["#a-api"]).ToBeFocusedAsync();
        await Expect(page["#panel h2"]).ToHaveTextAsync("api");
        await page.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(page["#panel h2"]).ToHaveTextAsync("store");
        await Expect(page["#panel .checks"]).ToContainTextAsync("Answered in 2 ms");
        Assert.EndsWith("/?resource=store", page.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markup_IsShownAsText()
    {
        await using var app = await Zoo.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/?resource=api");
        await Expect(page["#panel"]).ToContainTextAsync(Zoo.Attack);
        Assert.Equal(0, await page["main script, main img, [onerror]"].CountAsync());
    }

    [Fact]
    public async Task WithoutResources_SaysWhatWillBeHere()
    {
        await using var app = await DashboardApp.StartAsync();
        await using var page = await browsers.OpenAsync(app);
        await page.GoAsync("/");
        await Expect(page[".empty"]).ToContainTextAsync("No resource is there yet");
        await page.ShootAsync("resources-empty", wholePage: false);
        await page.GoAsync("/console");
        await Expect(page[".empty"]).ToContainTextAsync("No resource is there yet");
        await page.ShootAsync("console-empty", wholePage: false);
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
                await page.GoAsync("/");
                await page.BeLiveAsync();
                await page.ShootAsync($"resources-{width}-{scheme}");
                Assert.Equal(0, await page.OverflowAsync());
                await page["#a-api"].ClickAsync();
                await Expect(page["#panel h2"]).ToHaveTextAsync("api");
                await page.ShootAsync($"resources-detail-{width}-{scheme}", wholePage: false);
                Assert.Equal(0, await page.OverflowAsync());
            }
        }
    }
}
