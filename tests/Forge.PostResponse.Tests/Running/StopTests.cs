using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse.Tests.Running;

public sealed class StopTests
{
    [Fact]
    public async Task Stop_WhenEverythingFitsIntoTheBudget_RunsEverything()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) =>
                tasks.Add("short", (_, token) => Task.Delay(TimeSpan.FromMilliseconds(10), token))),
            options => options.MaxConcurrency = 2);
        await SendAsync(app, requests: 40);

        await app.StopAsync();

        Assert.Equal(40, app.Figures.Completed);
        Assert.Empty(app.LogsOf("PostResponseTaskLost"));
    }

    [Fact]
    public async Task Stop_WhenTheBudgetIsUsedUp_RunsHandsOverOrNamesEveryTask()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/{number:int}", (int number, PostResponseTasks tasks) =>
                tasks.Add(number % 2 == 0 ? "move" : "stay", number)),
            options =>
            {
                options.MaxConcurrency = 4;
                options.DrainBudget = TimeSpan.FromMilliseconds(400);
            },
            tasks => tasks.AddTask<MovingTask, int>("move").AddTask<StayingTask, int>("stay"),
            builder => builder.Services.AddSingleton<Journal>());
        await SendAsync(app, requests: 200);

        await app.StopAsync();

        var figures = app.Figures;
        Assert.Equal(200, figures.Completed + figures.HandedOver + figures.Lost);
        Assert.InRange(figures.Completed, 1, 199);
        Assert.InRange(figures.HandedOver, 1, 100);
        Assert.Equal(0, figures.Waiting);
        Assert.Equal(0, figures.Running);
        Assert.Equal(figures.Lost, app.LogsOf("PostResponseTaskLost").Count);
        var journal = app.Services.GetRequiredService<Journal>();
        Assert.Equal(figures.HandedOver, journal.WrittenDown.Count);
        Assert.Equal(figures.Completed, journal.Run.Count);
        Assert.Empty(journal.Run.Intersect(journal.WrittenDown));
    }

    [Fact]
    public async Task Stop_WhenToldTwiceAtOnce_WritesEachTaskDownOnce()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/{number:int}", (int number, PostResponseTasks tasks) => tasks.Add("move", number)),
            options =>
            {
                options.MaxConcurrency = 2;
                options.DrainBudget = TimeSpan.Zero;
            },
            tasks => tasks.AddTask<MovingTask, int>("move"),
            builder => builder.Services.AddSingleton<Journal>());
        await SendAsync(app, requests: 200);

        await Task.WhenAll(app.StopAsync(), app.StopAsync());

        var journal = app.Services.GetRequiredService<Journal>();
        Assert.NotEmpty(journal.WrittenDown);
        Assert.Equal(journal.WrittenDown.Distinct().Count(), journal.WrittenDown.Count);
        Assert.Equal(app.Figures.HandedOver, journal.WrittenDown.Count);
    }

    [Fact]
    public async Task Stop_WhenATaskIgnoresItsToken_DoesNotWaitForIt()
    {
        var (started, held) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("deaf", (_, _) =>
            {
                started.Open();
                return held.WhenOpenAsync();
            })),
            options => options.DrainBudget = TimeSpan.FromMilliseconds(50));
        await SendAsync(app, requests: 1);
        await started.WhenOpenAsync();

        await app.StopAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Figures.Lost);
        held.Open();
        await Eventually.TrueAsync(() => app.Figures.Running == 0);
        Assert.Equal(1, app.Figures.Lost);
        Assert.Equal(0, app.Figures.Completed);
    }

    [Fact]
    public async Task Stop_WhenWritingDownFails_CountsTheTaskAsLostWithTheException()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("unwritable", 1)),
            options => options.DrainBudget = TimeSpan.FromMilliseconds(50),
            tasks => tasks.AddTask<UnwritableTask, int>("unwritable"));
        await SendAsync(app, requests: 1);

        await app.StopAsync();

        Assert.Equal(1, app.Figures.Lost);
        Assert.Equal("no paper", Assert.Single(app.LogsOf("PostResponseTaskLost")).Exception!.Message);
    }

    [Fact]
    public async Task Request_ThatIsStillAnsweredWhenTheStopBegins_HasItsTasksRun()
    {
        var (inHandler, finish) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", async (PostResponseTasks tasks) =>
        {
            tasks.Add("late", (_, _) => Task.CompletedTask);
            inHandler.Open();
            await finish.WhenOpenAsync();
        }));
        var request = app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await inHandler.WhenOpenAsync();

        var stop = app.StopAsync();
        finish.Open();
        (await request).Dispose();
        await stop;

        Assert.Equal(1, app.Figures.Completed);
    }

    [Fact]
    public async Task Start_WhenTheBudgetsDoNotFitIntoTheHostsShutdownTimeout_Fails()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => LaneApp.StartAsync(
            _ => { },
            options => options.DrainBudget = TimeSpan.FromSeconds(10),
            build: builder => builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10))));

        Assert.Contains("HostOptions.ShutdownTimeout", failure.Message, StringComparison.Ordinal);
    }

    private static async Task SendAsync(LaneApp app, int requests)
    {
        for (var number = 0; number < requests; number++)
        {
            using var response = await app.Client.GetAsync(
                requests == 200 ? $"/{number}" : "/", TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }

    private sealed class Journal
    {
        public ConcurrentBag<int> Run { get; } = [];

        public ConcurrentBag<int> WrittenDown { get; } = [];
    }

    private class StayingTask(Journal journal) : IPostResponseTask<int>
    {
        public async Task RunAsync(int arguments, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            journal.Run.Add(arguments);
        }
    }

    private sealed class MovingTask(Journal journal) : StayingTask(journal), IWriteDown<int>
    {
        private readonly Journal _journal = journal;

        public Task WriteDownAsync(int arguments, CancellationToken cancellationToken)
        {
            _journal.WrittenDown.Add(arguments);
            return Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }
    }

    private sealed class UnwritableTask : IPostResponseTask<int>, IWriteDown<int>
    {
        public Task RunAsync(int arguments, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

        public Task WriteDownAsync(int arguments, CancellationToken cancellationToken) => throw new InvalidOperationException("no paper");
    }
}
