using Forge.PostResponse.TestApp;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.PostResponse.Tests.Requests;

/// <summary>MVC and Razor Pages, in the test server instead of Kestrel.</summary>
public sealed class FrameworkTests(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    [Fact]
    public async Task ControllerAction_ThatAddsTasks_HasThemRunInOrderAfterTheResponse()
    {
        await using var app = factory.WithWebHostBuilder(_ => { });
        using var client = app.CreateClient();

        using var response = await client.PostAsync("/mvc/audit", content: null, TestContext.Current.CancellationToken);

        response.EnsureSuccessStatusCode();
        Assert.Equal(["response", "first", "second"], await LinesAsync(app, count: 2));
    }

    [Fact]
    public async Task ControllerAction_ThatThrows_HasItsTasksNotRun()
    {
        await using var app = factory.WithWebHostBuilder(_ => { });
        using var client = app.CreateClient();

        using var failed = await client.PostAsync("/mvc/fail", content: null, TestContext.Current.CancellationToken);
        using var answered = await client.PostAsync("/mvc/audit", content: null, TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.DoesNotContain("never", await LinesAsync(app, count: 2));
    }

    [Fact]
    public async Task RazorPage_ThatAddsATask_HasItRunAfterTheResponse()
    {
        await using var app = factory.WithWebHostBuilder(_ => { });
        using var client = app.CreateClient();

        var page = await client.GetStringAsync("/Contact", TestContext.Current.CancellationToken);

        Assert.Contains("Thank you.", page, StringComparison.Ordinal);
        Assert.Equal(["response", "visit"], await LinesAsync(app, count: 1));
    }

    private static async Task<string[]> LinesAsync(WebApplicationFactory<Program> app, int count)
    {
        var monitor = app.Services.GetRequiredService<PostResponseMonitor>();
        await Eventually.TrueAsync(() => monitor.Read().Completed == count);
        return [.. app.Services.GetRequiredService<Journal>().Lines];
    }
}
