namespace Forge.Hosting.Tests.Stopping;

public sealed class OrderedStopTests
{
    private const string Slow = "stop=300"; // longer than a signal takes that is sent too early

    [Fact]
    public async Task AResource_StopsWhenAllThatNeedItHaveStopped()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        var store = app.AddProgram("store", Slow);
        var api = app.AddProgram("api", Slow).WaitFor(store);
        app.AddProgram("web", Slow).WaitFor(api);
        app.AddProgram("worker", Slow).WithReference(store); // a reference alone counts as well
        await app.StartAsync("web", "worker");

        await app.StopAsync();

        AssertBefore(app, "web stopped", "api stops");
        AssertBefore(app, "api stopped", "store stops");
        AssertBefore(app, "worker stopped", "store stops");
        AssertBefore(app, "worker stops", "api stops"); // in parallel with what does not concern it
        Assert.Contains("store stopped", app.Journal);
        Assert.Empty(app.Marker.Processes);
    }

    [Fact]
    public async Task ADatabase_IsNeededByWhatReferencesIt()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        var postgres = app.Mark(app.Builder.AddNativePostgres("postgres"));
        var database = postgres.AddDatabase("orders");
        app.AddProgram("api", "stop=1000")
            .WithReference(database)
            .WithArgs(ReferenceExpression.Create($"asks={postgres.Resource.PrimaryEndpoint.Property(EndpointProperty.Port)}"));
        await app.StartAsync("orders", "api");

        await app.StopAsync();

        Assert.Equal(["api starts", "api stops", "api is answered", "api stopped"], app.Journal);
        Assert.Empty(app.Marker.Processes);
    }

    [Fact]
    public async Task References_MayFormACycle()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        var store = app.AddProgram("store", Slow);
        var api = app.AddProgram("api", Slow).WithReference(store);
        var web = app.AddProgram("web", Slow).WithReference(api);
        api.WithReference(web);
        await app.StartAsync("store", "api", "web");

        await app.StopAsync();

        AssertBefore(app, "api stopped", "store stops");
        AssertBefore(app, "web stopped", "store stops");
        Assert.Contains("store stopped", app.Journal);
    }

    [Fact]
    public async Task AResource_GetsItsTime()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        app.AddProgram("patient", "stop=8000").WithStopTime(TimeSpan.FromSeconds(25)); // the orchestrator kills after 6 s
        app.AddProgram("stuck", "stop=120000").WithStopTime(TimeSpan.FromSeconds(1));
        await app.StartAsync("patient", "stuck");

        await app.StopAsync();

        Assert.Contains("patient stopped", app.Journal);
        Assert.Contains("stuck stops", app.Journal);
        Assert.DoesNotContain("stuck stopped", app.Journal);
        Assert.Empty(app.Marker.Processes);
    }

    [Fact]
    public async Task Children_AreEndedToo()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        app.AddProgram("api", "children=2");
        await app.StartAsync("api");
        await app.EventuallyAsync(() => app.Marker.Processes.Length == 3, "a child and its child");

        await app.StopAsync();

        Assert.Contains("api stopped", app.Journal);
        Assert.Empty(app.Marker.Processes);
    }

    [Fact]
    public async Task WhatDoesNotRun_IsLeftOut()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        var store = app.AddProgram("store", Slow);
        var stopped = app.AddProgram("stopped").WaitFor(store);
        var failed = app.Builder.AddExecutable("failed", app.Folder["missing"], app.Folder.Path).WaitFor(store);
        var neverStarted = app.AddProgram("never-started").WithReference(store).WithExplicitStart();
        app.AddProgram("api", Slow).WithReference(stopped).WithReference(neverStarted).WithReferenceRelationship(failed);
        await app.StartAsync("api", "stopped");
        Assert.True(await app.CommandAsync("stopped", KnownResourceCommands.StopCommand));

        await app.StopAsync();

        AssertBefore(app, "api stopped", "store stops");
        Assert.Contains("store stopped", app.Journal);
        Assert.DoesNotContain("never-started starts", app.Journal);
        Assert.Empty(app.Marker.Processes);
    }

    [Fact]
    public async Task AStop_WhileResourcesStillWait_IsOrderedToo()
    {
        await using var app = new TestApp();
        app.Builder.AddOrderedStop();
        var store = app.AddProgram("store", Slow);
        var api = app.AddProgram("api", Slow).WaitFor(store);
        var never = app.AddProgram("never").WithExplicitStart();
        app.AddProgram("web").WaitFor(api).WaitFor(never);
        var running = app.RunAsync();
        await app.WaitForJournalAsync("store starts");
        await app.WaitForJournalAsync("api starts");
        await app.WaitForStateAsync("web", KnownResourceStates.Waiting);

        app.Interrupt();
        await running;
        await app.EndAsync();

        AssertBefore(app, "api stopped", "store stops");
        Assert.Contains("store stopped", app.Journal);
        Assert.DoesNotContain("web starts", app.Journal);
        Assert.Empty(app.Marker.Processes);
    }

    private static void AssertBefore(TestApp app, string first, string second)
    {
        var journal = app.Journal;
        Assert.Contains(first, journal);
        Assert.Contains(second, journal);
        Assert.True(Array.IndexOf(journal, first) < Array.IndexOf(journal, second), $"'{first}' comes before '{second}' in: {string.Join(", ", journal)}");
    }
}
