using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Tests.Orchestrator;

public sealed class ResourceLifecycleTests
{
    private const string RunForever = "trap 'exit 0' TERM; while :; do sleep 0.05; done";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitFor_WhenTheDependencyIsNotHealthy_StartsOnlyOnceItIs()
    {
        var isHealthy = false;
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("gate", () => Volatile.Read(ref isHealthy) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("closed"));
        var store = builder.AddExecutable("store", "sh", ".", "-c", RunForever).WithHealthCheck("gate");
        builder.AddExecutable("service", "sh", ".", "-c", RunForever).WaitFor(store);
        await using var app = await builder.BuildAsync(Token);
        await app.StartAsync(Token);

        await app.ResourceNotifications.WaitForResourceAsync("store", change => change.Snapshot.HealthReports is [{ Status: HealthStatus.Unhealthy, Description: "closed" }], Token).WaitAsync(Patience, Token);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("service", out var service));
        Assert.Equal(KnownResourceStates.Waiting, service.Snapshot.State?.Text);

        Volatile.Write(ref isHealthy, true);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("store", out var ready));
        Assert.Equal(HealthStatus.Healthy, ready.Snapshot.HealthStatus);
    }

    [Fact]
    public async Task WaitForCompletion_WhenTheDependencyFails_DoesNotStart()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var good = builder.AddExecutable("good", "sh", ".", "-c", "exit 0");
        var bad = builder.AddExecutable("bad", "sh", ".", "-c", "exit 2");
        builder.AddExecutable("after-good", "sh", ".", "-c", RunForever).WaitForCompletion(good);
        builder.AddExecutable("after-bad", "sh", ".", "-c", RunForever).WaitForCompletion(bad);
        await using var app = await builder.BuildAsync(Token);
        await app.StartAsync(Token);

        await app.ResourceNotifications.WaitForResourceAsync("after-good", KnownResourceStates.Running, Token).WaitAsync(Patience, Token);
        await app.ResourceNotifications.WaitForResourceAsync("after-bad", KnownResourceStates.FailedToStart, Token).WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task Process_WhenKilled_IsShownWithItsCodeAndStartsByCommand()
    {
        var stopped = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("service", "sh", ".", "-c", RunForever).OnResourceStopped((_, @event, _) =>
        {
            stopped.TrySetResult(@event.ResourceEvent.Snapshot.ExitCode);
            return Task.CompletedTask;
        });
        await using var app = await builder.BuildAsync(Token);
        await app.StartAsync(Token);
        var running = await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token);

        using (var process = Process.GetProcessById(ProcessIdOf(running)))
        {
            process.Kill();
        }

        var ended = await app.ResourceNotifications.WaitForResourceAsync("service", change => change.Snapshot.ExitCode is not null, Token).WaitAsync(Patience, Token);
        Assert.Equal(KnownResourceStates.Finished, ended.Snapshot.State?.Text);
        Assert.Equal(137, ended.Snapshot.ExitCode);
        Assert.Equal(137, await stopped.Task.WaitAsync(Patience, Token));

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("service", KnownResourceCommands.StartCommand, Token)).Success);
        var again = await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token);
        Assert.NotEqual(ProcessIdOf(running), ProcessIdOf(again));

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("service", KnownResourceCommands.StartCommand, Token).WaitAsync(Patience, Token)).Success);
        Assert.Equal(ProcessIdOf(again), ProcessIdOf(await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token)));
    }

    [Fact]
    public async Task Stop_WhenAskedFor_PassesThroughStoppingAndACrashDoesNot()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("service", "sh", ".", "-c", RunForever);
        await using var app = await builder.BuildAsync(Token);
        await app.StartAsync(Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token);

        var states = StatesUntilEndAsync(app);
        await app.ResourceCommands.ExecuteCommandAsync("service", KnownResourceCommands.StopCommand, Token);
        Assert.Equal([KnownResourceStates.Running, KnownResourceStates.Stopping, KnownResourceStates.Finished], await states.WaitAsync(Patience, Token));

        await app.ResourceCommands.ExecuteCommandAsync("service", KnownResourceCommands.StartCommand, Token);
        var running = await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token);
        states = StatesUntilEndAsync(app);
        using (var process = Process.GetProcessById(ProcessIdOf(running)))
        {
            process.Kill();
        }

        Assert.Equal([KnownResourceStates.Running, KnownResourceStates.Finished], await states.WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task Dispose_WhenTheApplicationRuns_StopsItsProcesses()
    {
        int processId;
        await using (var builder = DistributedApplicationTestingBuilder.Create())
        {
            builder.AddExecutable("service", "sh", ".", "-c", RunForever);
            await using var app = await builder.BuildAsync(Token);
            await app.StartAsync(Token);
            processId = ProcessIdOf(await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token));
        }

        Assert.False(Directory.Exists($"/proc/{processId}"));
    }

    private static int ProcessIdOf(ResourceEvent change) => (int)change.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value!;

    private static async Task<List<string>> StatesUntilEndAsync(DistributedApplication app)
    {
        var states = new List<string>();
        await foreach (var change in app.ResourceNotifications.WatchAsync(Token))
        {
            if (change.Snapshot.State is { } state && states.LastOrDefault() != state.Text)
            {
                states.Add(state.Text);
            }

            if (KnownResourceStates.TerminalStates.Contains(states.LastOrDefault()))
            {
                break;
            }
        }

        return states;
    }
}
