using Microsoft.Playwright;
using UglyToad.PdfPig;

namespace Forge.IntegrationTests.Browser;

/// <summary>The way of a new user through the UI, in a real browser against the whole application.</summary>
public sealed class BrowserTests(AppFixture fixture) : BrowserTest
{
    private const int Pages = 60;
    private const string Password = "correct horse battery staple";
    private static readonly TimeSpan ReportTimeout = TimeSpan.FromSeconds(90);

    private readonly List<string> _scriptErrors = [];

    [Fact]
    public async Task NewUser_GoesFromRegistrationToTheReportsPdf()
    {
        var email = AppFixture.NewEmail();
        var page = await OpenAsync();

        await RegisterAsync(page, email);
        await new Mailbox(fixture.CreateClient("sandbox")).WaitForAsync(email);
        await SignInAsync(page, email);
        await SubmitReportAsync(page);
        await FollowToTheEndAsync(page);
        using var pdf = await DownloadAsync(page);

        Assert.Equal(Pages, pdf.NumberOfPages);
        Assert.Empty(_scriptErrors);
    }

    private async Task<IPage> OpenAsync()
    {
        var page = await NewPageAsync(fixture.CreateClient("web").BaseAddress!);
        page.PageError += (_, error) => _scriptErrors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _scriptErrors.Add(message.Text);
            }
        };
        return page;
    }

    private static async Task RegisterAsync(IPage page, string email)
    {
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await page.GetByLabel("Email address").FillAsync(email);
        await page.GetByLabel("Username").FillAsync("Ada Lovelace");
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the account" }).ClickAsync();
        await page.WaitForURLAsync("**/accounts/signin");
    }

    private static async Task SignInAsync(IPage page, string email)
    {
        Assert.Equal(email, await page.GetByLabel("Email address").InputValueAsync());
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync("**/jobs");
    }

    private static async Task SubmitReportAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "New report" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("browser-test");
        await page.GetByLabel("Pages").FillAsync($"{Pages}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the report" }).ClickAsync();
        await page.WaitForURLAsync("**/jobs/*-*");
    }

    /// <summary>The page is not loaded anew: what it shows at the end, its script has drawn as the events came.</summary>
    private static async Task FollowToTheEndAsync(IPage page)
    {
        await page.EvaluateAsync("window.isStillTheSamePage = true");
        await page.Locator("#job[data-state=completed]").WaitForAsync(new() { Timeout = (float)ReportTimeout.TotalMilliseconds });
        Assert.Equal("100 %", await page.Locator("#percent").TextContentAsync());
        Assert.True(await page.EvaluateAsync<bool>("window.isStillTheSamePage === true"));
    }

    private static async Task<PdfDocument> DownloadAsync(IPage page)
    {
        var download = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByRole(AriaRole.Link, new() { Name = "Download the PDF" }).ClickAsync());
        Assert.EndsWith(".pdf", download.SuggestedFilename, StringComparison.Ordinal);

        await using var file = await download.CreateReadStreamAsync();
        using var pdf = new MemoryStream();
        await file.CopyToAsync(pdf, TestContext.Current.CancellationToken);
        return PdfDocument.Open(pdf.ToArray());
    }
}
