using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Forge.Hosting.Tests.Restarting;

public sealed class RestartPolicyTests
{
    private static readonly string[] Ended = [.. KnownResourceStates.TerminalStates];

    [Theory]
    [InlineData("exit=0", "after=500")]
    [InlineData("exit=3", "after=500")]
    [InlineData("exit=0")]
    [InlineData("exit=3")]
    public async Task AProgram_ThatEndsByItself_IsStartedAgain(params string[] end)
    {
        await using var app = new TestApp();
        app.AddProgram("api", [.. end, "times=2"]).WithRestartPolicy(maxRestarts: 2);

        await app.StartAsync();

        await app.WaitForJournalAsync("api starts", times: 3);
        await app.WaitForStateAsync("api", KnownResourceStates.Running);
        Assert.Equal(3, Starts(app, "api"));
        Assert.Single(app.Marker.Processes);
    }

    [Fact]
    public async Task AProgram_ThatIsKilled_IsStartedAgain()
    {
        await using var app = new TestApp();
        app.AddProgram("api").WithRestartPolicy(maxRestarts: 1);
        await app.StartAsync("api");
        var first = await app.ProcessIdAsync("api");

        UnixSignal.Kill.Send(first);

        await app.WaitForJournalAsync("api starts", times: 2);
        Assert.NotEqual(first, await app.ProcessIdAsync("api"));
        Assert.Single(app.Marker.Processes);
    }

    [Fact]
    public async Task Dependents_StartAsSoonAsTheProgramIsHealthyAtLast()
    {
        await using var app = new TestApp();
        var api = AddProgramHealthyAtStart(app, 3, "exit=3", "times=2").WithRestartPolicy(maxRestarts: 2);
        app.AddProgram("web").WaitFor(api);

        await app.StartAsync("web");

        await app.WaitForJournalAsync("web starts");
        Assert.Equal("web starts", app.Journal[^1]);
        Assert.Equal(3, Starts(app, "api"));
    }

    [Fact]
    public async Task AProgram_ThatWasStoppedByCommand_StaysStopped()
    {
        await using var app = new TestApp();
        app.AddProgram("stopped").WithRestartPolicy();
        app.AddProgram("killed").WithRestartPolicy();
        await app.StartAsync("stopped", "killed");

        Assert.True(await app.CommandAsync("stopped", KnownResourceCommands.StopCommand));
        await app.WaitForStateAsync("stopped", Ended);

        await KillAndWaitAsync(app, "killed");
        Assert.Equal(1, Starts(app, "stopped"));
        Assert.Single(app.Marker.Processes);
    }

    [Fact]
    public async Task AProgram_ThatIsRestartedByCommand_RunsOnce()
    {
        await using var app = new TestApp();
        app.AddProgram("restarted").WithRestartPolicy();
        app.AddProgram("killed").WithRestartPolicy();
        await app.StartAsync("restarted", "killed");

        Assert.True(await app.CommandAsync("restarted", KnownResourceCommands.RestartCommand));

        await KillAndWaitAsync(app, "killed");
        Assert.Equal(2, Starts(app, "restarted"));
        Assert.Equal(2, app.Marker.Processes.Length);
    }

    [Fact]
    public async Task AProgram_ThatSomebodyStartsDuringThePause_RunsOnce()
    {
        await using var app = new TestApp();
        app.AddProgram("api", "exit=3", "times=1").WithRestartPolicy();
        app.AddProgram("killed").WithRestartPolicy();
        await app.StartAsync("killed");
        await app.WaitForStateAsync("api", Ended);

        Assert.True(await app.CommandAsync("api", KnownResourceCommands.StartCommand));

        await KillAndWaitAsync(app, "killed");
        Assert.Equal(2, Starts(app, "api"));
        Assert.Equal(2, app.Marker.Processes.Length);
    }

    [Fact]
    public async Task AProgram_ThatOnlyEnds_IsGivenUp_AndBeginsAgainByCommand()
    {
        await using var app = new TestApp();
        var api = AddProgramHealthyAtStart(app, 4, "exit=3", "times=3").WithRestartPolicy(maxRestarts: 1);
        app.AddProgram("web").WaitFor(api);
        var starting = app.BeginAsync();

        var given = await app.WaitForAsync("api", IsGivenUp);

        Assert.Equal(KnownResourceStates.FailedToStart, given.Snapshot.State?.Text);
        Assert.Equal(2, Starts(app, "api"));
        const string Message = "'api' was given up: it ended 2 times in a row, with exit code 3 in the end. Its log says more. Start it by command when that is mended.";
        await app.WaitForLogAsync("api", Message);
        await app.WaitForLogAsync("web", Message);

        Assert.True(await app.CommandAsync("api", KnownResourceCommands.StartCommand));

        await starting;
        await app.WaitForJournalAsync("web starts");
        Assert.Equal(4, Starts(app, "api"));
        await app.WaitForAsync("api", change => !IsGivenUp(change) && change.Snapshot.State?.Text == KnownResourceStates.Running);
    }

    [Fact]
    public async Task AProgram_ThatIsMissing_IsGivenUp()
    {
        await using var app = new TestApp();
        app.Builder.AddExecutable("api", app.Folder["missing"], app.Folder.Path).WithRestartPolicy(maxRestarts: 1);
        await app.StartAsync();

        var given = await app.WaitForAsync("api", IsGivenUp);

        Assert.Equal(KnownResourceStates.FailedToStart, given.Snapshot.State?.Text);
        await app.WaitForLogAsync("api", "'api' was given up: it ended 2 times in a row");
    }

    [Fact]
    public async Task AServer_WhoseDataIsBroken_IsGivenUp()
    {
        await using var app = new TestApp();
        await File.WriteAllTextAsync(app.Folder["note"], "no data of Postgres", app.Cancellation);
        app.Builder.AddNativePostgres("postgres").WithDataFolder(app.Folder.Path).WithRestartPolicy(maxRestarts: 1);
        await app.StartAsync();

        await app.WaitForAsync("postgres", IsGivenUp);
        await app.WaitForLogAsync("postgres", "'postgres' was given up: it ended 2 times in a row.");
    }

    [Fact]
    public async Task NothingIsStartedAgain_WhenTheApplicationStops()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        app.AddProgram("api").WithRestartPolicy();
        await app.StartAsync("api");

        await app.StopAsync();

        Assert.Equal(["api starts", "api stops", "api stopped"], app.Journal);
    }

    private static int Starts(TestApp app, string name) => app.Journal.Count(line => line == $"{name} starts");

    private static IResourceBuilder<ProjectResource> AddProgramHealthyAtStart(TestApp app, int start, params string[] arguments)
    {
        app.Builder.Services.AddHealthChecks().AddCheck("api_check", () => Starts(app, "api") >= start ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        return app.AddProgram("api", arguments).WithHealthCheck("api_check");
    }

    private static bool IsGivenUp(ResourceEvent change) => change.Snapshot.Properties.Any(property => property.Name == "Given up");

    /// <summary>Kills that program, and returns when the policy has started it again. What the policy wants to do with another, it has done by then.</summary>
    private static async Task KillAndWaitAsync(TestApp app, string name)
    {
        UnixSignal.Kill.Send(await app.ProcessIdAsync(name));
        await app.WaitForJournalAsync($"{name} starts", times: 2);
        await app.WaitForStateAsync(name, KnownResourceStates.Running);
    }
}
