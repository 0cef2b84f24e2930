using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Forge.PostResponse.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Instruments_CountWhatBecameOfTheTasks()
    {
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", (PostResponseTasks tasks) =>
        {
            tasks.Add("fine", (_, _) => Task.CompletedTask);
            tasks.Add("broken", (_, _) => throw new InvalidOperationException("It fails."));
        }));
        var meters = app.Services.GetRequiredService<IMeterFactory>();
        using var waits = Collect<double>(meters, "wait.duration");
        using var runs = Collect<double>(meters, "run.duration");
        using var batches = Collect<double>(meters, "batch.duration");
        using var failures = Collect<long>(meters, "failures");

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures is { Completed: 1, Failures: 1 });

        Assert.Equal(["fine", "broken"], waits.GetMeasurementSnapshot().Select(wait => wait.Tags["forge.task.name"]));
        Assert.Equal([null, "System.InvalidOperationException"], runs.GetMeasurementSnapshot().Select(run => run.Tags.GetValueOrDefault("error.type")));
        Assert.All(runs.GetMeasurementSnapshot(), run => Assert.InRange(run.Value, 0, 5));
        await batches.WaitForMeasurementsAsync(1, TestContext.Current.CancellationToken);
        Assert.InRange(batches.LastMeasurement!.Value, runs.GetMeasurementSnapshot().Sum(run => run.Value), 5);
        var failure = Assert.Single(failures.GetMeasurementSnapshot());
        Assert.Equal(("broken", "System.InvalidOperationException"), (failure.Tags["forge.task.name"], failure.Tags["error.type"]));
    }

    [Fact]
    public async Task Waiting_CountsWhatHasNotStarted()
    {
        var held = new Gate();
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("held", (_, _) => held.WhenOpenAsync())),
            options => options.MaxConcurrency = 1);
        using var waiting = Collect<long>(app.Services.GetRequiredService<IMeterFactory>(), "waiting");

        for (var request = 0; request < 3; request++)
        {
            using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => app.Figures is { Running: 1, Waiting: 2 });
        waiting.RecordObservableInstruments();
        Assert.Equal(2, waiting.LastMeasurement!.Value);
        held.Open();
        await Eventually.TrueAsync(() => app.Figures.Completed == 3);
        waiting.RecordObservableInstruments();
        Assert.Equal(0, waiting.LastMeasurement.Value);
    }

    [Fact]
    public async Task RequestDuration_DoesNotContainTheTask()
    {
        var held = new Gate();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("held", (_, _) => held.WhenOpenAsync())));
        using var durations = new MetricCollector<double>(
            app.Services.GetRequiredService<IMeterFactory>(), "Microsoft.AspNetCore.Hosting", "http.server.request.duration");

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        await durations.WaitForMeasurementsAsync(1, LaneApp.Patience);
        Assert.False(held.IsOpen);
        held.Open();
        await Eventually.TrueAsync(() => app.Figures.Completed == 1);
    }

    [Fact]
    public async Task TasksOfARequestThatFailed_AreCountedAsNotRun()
    {
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", void (PostResponseTasks tasks) =>
        {
            tasks.Add("never", (_, _) => Task.CompletedTask);
            throw new InvalidOperationException("The handler fails.");
        }));
        using var notRun = Collect<long>(app.Services.GetRequiredService<IMeterFactory>(), "not_run");

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await app.StopAsync();

        var measured = Assert.Single(notRun.GetMeasurementSnapshot());
        Assert.Equal((1, "never"), (measured.Value, measured.Tags["forge.task.name"]));
    }

    [Fact]
    public void Instruments_AreNamedAsTheContractSays()
    {
        var published = new List<string>();
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                published.Add($"{instrument.Name} {instrument.Unit} {instrument.GetType().Name}");
            }
        };
        listener.Start();

        _ = new PostResponseMetrics(meters, TimeProvider.System);

        Assert.Equal(
            [
                "forge.post_response.batch.duration s Histogram`1",
                "forge.post_response.failures {task} Counter`1",
                "forge.post_response.handed_over {task} Counter`1",
                "forge.post_response.lost {task} Counter`1",
                "forge.post_response.not_run {task} Counter`1",
                "forge.post_response.rejected {task} Counter`1",
                "forge.post_response.run.duration s Histogram`1",
                "forge.post_response.wait.duration s Histogram`1",
                "forge.post_response.waiting {task} ObservableUpDownCounter`1",
            ],
            published.Order(StringComparer.Ordinal));
    }

    private static MetricCollector<T> Collect<T>(IMeterFactory meters, string name)
        where T : struct => new(meters, PostResponseMetrics.MeterName, $"forge.post_response.{name}");
}
