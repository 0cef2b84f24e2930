using System.Diagnostics;
using System.Globalization;
using System.Net;
using Aspire.Hosting.ApplicationModel;
using Forge.Contracts;
using Refit;

namespace Forge.IntegrationTests;

/// <summary>What the AppHost adds: commands, and services that come back when they end by themselves.</summary>
[Collection(nameof(OutsideWorld))]
public sealed class AppHostTests(AppFixture fixture)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api")]
    [InlineData("worker")]
    [InlineData("web")]
    public async Task Service_WhenKilled_ComesBackWhileTheOthersGoOn(string name)
    {
        var before = await GetProcessIdAsync(name, _ => true);
        var others = new Dictionary<string, int>();
        foreach (var other in ((string[])["api", "worker", "web", "sandbox"]).Where(other => other != name))
        {
            others[other] = await GetProcessIdAsync(other, _ => true);
        }

        using (var process = Process.GetProcessById(before))
        {
            process.Kill();
        }

        await GetProcessIdAsync(name, id => id != before);
        await fixture.App.ResourceNotifications.WaitForResourceHealthyAsync(name, Cancelled);
        using var client = fixture.CreateClient(name);
        using var answer = await client.GetAsync("/health", Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        foreach (var (other, id) in others)
        {
            Assert.Equal(id, await GetProcessIdAsync(other, _ => true));
        }
    }

    [Fact]
    public async Task ClearRedis_WhenAJobFollows_TheJobIsDone()
    {
        var cleared = await fixture.App.ResourceCommands.ExecuteCommandAsync("redis", "clear", Cancelled);
        Assert.True(cleared.Success);

        using var client = await fixture.CreateUserClientAsync(Cancelled);
        var api = RestService.ForGenerated<IForgeApi>(client);
        var job = await api.EnqueueJobAsync(JobTests.Enqueue(JobKinds.DemoNoop, new DemoNoopPayload()), Cancelled);

        Assert.Equal("completed", (await JobTests.FollowAsync(api, job.Id)).State);
    }

    [Fact]
    public async Task FailSmtp_UntilHealed_KeepsRegistrationWorking()
    {
        var mailbox = new Mailbox(fixture.CreateClient("sandbox"));
        var api = fixture.CreateApi();
        var delivered = AppFixture.NewEmail();

        Assert.True((await fixture.App.ResourceCommands.ExecuteCommandAsync("sandbox", "fail-smtp", Cancelled)).Success);
        var registered = await api.RegisterAsync(new RegisterRequest(AppFixture.NewEmail(), "Ada"), Cancelled);
        Assert.True((await fixture.App.ResourceCommands.ExecuteCommandAsync("sandbox", "heal-smtp", Cancelled)).Success);
        await api.RegisterAsync(new RegisterRequest(delivered, "Ada"), Cancelled);

        Assert.Equal("created", registered.Status);
        await mailbox.WaitForAsync(delivered);
    }

    private async Task<int> GetProcessIdAsync(string name, Func<int, bool> isWanted)
    {
        var id = 0;
        await fixture.App.ResourceNotifications.WaitForResourceAsync(
            name,
            change => change.Snapshot.State?.Text == KnownResourceStates.Running && TryGetProcessId(change, out id) && isWanted(id),
            Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        return id;
    }

    private static bool TryGetProcessId(ResourceEvent change, out int id) =>
        int.TryParse(
            Convert.ToString(change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value, CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture,
            out id);
}
