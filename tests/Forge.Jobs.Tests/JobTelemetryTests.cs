using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Forge.Jobs.Tests;

public sealed class JobTelemetryTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Attempts_AreRootSpansThatLinkToTheSendSpan()
    {
        using var caller = new ActivitySource($"caller-{Guid.NewGuid():n}");
        var spans = new ConcurrentBag<Activity>();
        using var listener = Listen(spans, caller);
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) => context.Attempt == 1 ? throw new RetryAfterException("no", new FormatException()) : Task.CompletedTask;

        Guid id;
        ActivityTraceId callerTrace;
        using (var request = caller.StartActivity("POST /jobs"))
        {
            callerTrace = request!.TraceId;
            request.SetTag("forge.lane", "request");
            request.TraceStateString = "vendor=1";
            id = await program.EnqueueAsync();
        }

        var job = await program.WaitForAsync(id, JobState.Completed);
        await program.StopAsync();

        var own = spans.Where(span => Equals(span.GetTagItem("messaging.message.id"), id.ToString())).ToList();
        var send = Assert.Single(own, span => span.DisplayName == "send default test");
        Assert.Equal((ActivityKind.Producer, callerTrace), (send.Kind, send.TraceId));
        Assert.Equal(callerTrace.ToHexString(), job.TraceId);
        Assert.Equal("request", send.GetTagItem("forge.lane"));

        var runs = own.Where(span => span.DisplayName == "process default test").OrderBy(span => span.StartTimeUtc).ToList();
        Assert.Equal(2, runs.Count);
        Assert.All(runs, run =>
        {
            Assert.Equal((ActivityKind.Consumer, default(ActivitySpanId)), (run.Kind, run.ParentSpanId));
            Assert.NotEqual(callerTrace, run.TraceId);
            Assert.Equal((send.TraceId, send.SpanId), (Assert.Single(run.Links).Context.TraceId, run.Links.Single().Context.SpanId));
            Assert.Equal("vendor=1", run.Links.Single().Context.TraceState);
            Assert.Equal("durable", run.GetTagItem("forge.lane"));
            Assert.Equal(callerTrace.ToHexString(), run.GetTagItem("forge.request.trace_id"));
            Assert.Equal("forge", run.GetTagItem("messaging.system"));
            Assert.Equal("process", run.GetTagItem("messaging.operation.name"));
            Assert.Equal("process", run.GetTagItem("messaging.operation.type"));
            Assert.Equal("default", run.GetTagItem("messaging.destination.name"));
            Assert.Equal(JobProgram.Kind, run.GetTagItem("forge.job.kind"));
        });
        Assert.Equal([1, 2], runs.Select(run => run.GetTagItem("forge.job.attempt")));
        Assert.Equal((ActivityStatusCode.Error, "System.FormatException"), (runs[0].Status, runs[0].GetTagItem("error.type")));
        Assert.Equal((ActivityStatusCode.Unset, null), (runs[1].Status, runs[1].GetTagItem("error.type")));
        Assert.Equal(job.Attempts.Select(attempt => attempt.TraceId), runs.Select(run => run.TraceId.ToHexString()));
    }

    [Fact]
    public async Task Attempts_OfAJobThatAnotherJobEnqueued_NameTheRequestThatBeganIt()
    {
        using var caller = new ActivitySource($"caller-{Guid.NewGuid():n}");
        var spans = new ConcurrentBag<Activity>();
        using var listener = Listen(spans, caller);
        await using var program = await JobProgram.StartAsync(Database);
        var inner = new TaskCompletionSource<Guid>();
        program.Script.Run = async (context, _) =>
        {
            if (context.Payload.Text == "outer")
            {
                inner.SetResult(await program.EnqueueAsync("inner"));
            }
        };

        string requestTrace;
        using (var request = caller.StartActivity("POST /jobs"))
        {
            requestTrace = request!.TraceId.ToHexString();
            request.TraceStateString = $"vendor=1,forge={new string('a', 32)}";
            await program.EnqueueAsync("outer");
        }

        var id = await inner.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await program.WaitForAsync(id, JobState.Completed);
        await program.StopAsync();

        var run = Assert.Single(spans, span => span.Kind == ActivityKind.Consumer && Equals(span.GetTagItem("messaging.message.id"), id.ToString()));
        var outer = Assert.Single(spans, span => span.TraceId == run.Links.Single().Context.TraceId && span.Kind == ActivityKind.Consumer);
        Assert.Equal([requestTrace, requestTrace], new[] { run, outer }.Select(span => span.GetTagItem("forge.request.trace_id")));
        Assert.Equal("vendor=1", outer.Links.Single().Context.TraceState);
    }

    [Fact]
    public async Task Send_OfManyJobs_NamesTheirKindOnlyWhereItIsOne()
    {
        var spans = new ConcurrentBag<Activity>();
        using var caller = new ActivitySource($"caller-{Guid.NewGuid():n}");
        using var listener = Listen(spans, caller);
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.AddJobHandler<TestPayload, TestHandler>("other"));
        var (one, two) = (JobRequest.For(JobProgram.Kind, new TestPayload("")), JobRequest.For("other", new TestPayload("")));
        using var request = caller.StartActivity("POST /jobs");

        await program.Queue.EnqueueManyAsync([one, one], TestContext.Current.CancellationToken);
        await program.Queue.EnqueueManyAsync([one, two], TestContext.Current.CancellationToken);

        var sends = spans.Where(span => span.TraceId == request!.TraceId && span.Kind == ActivityKind.Producer).OrderBy(span => span.StartTimeUtc);
        Assert.Equal([("send default test", JobProgram.Kind), ("send default", null)], sends.Select(span => (span.DisplayName, span.GetTagItem("forge.job.kind") as string)));
    }

    [Fact]
    public async Task Metrics_CountWhatHappened()
    {
        await using var program = await JobProgram.StartAsync(Database);
        using var enqueued = Collect<long>(program, "forge.job.enqueued");
        using var attempts = Collect<long>(program, "forge.job.attempts");
        using var retries = Collect<long>(program, "forge.job.retries");
        using var discarded = Collect<long>(program, "forge.job.discarded");
        using var run = Collect<double>(program, "forge.job.run.duration");
        using var process = Collect<double>(program, "messaging.process.duration");
        using var send = Collect<double>(program, "messaging.client.operation.duration");
        program.Script.Run = (_, _) => throw new RetryAfterException("no", new FormatException());

        await program.WaitForAsync(await program.EnqueueAsync(change: request => request with { MaxAttempts = 2 }), JobState.Discarded);
        await program.StopAsync();

        Assert.Equal("test", Assert.Single(enqueued.GetMeasurementSnapshot()).Tags["forge.job.kind"]);
        Assert.All(attempts.GetMeasurementSnapshot(), attempt => Assert.Equal(("failed", "System.FormatException"), (attempt.Tags["outcome"], attempt.Tags["error.type"])));
        Assert.Equal((2, 1, 1), (attempts.GetMeasurementSnapshot().Count, retries.GetMeasurementSnapshot().Count, discarded.GetMeasurementSnapshot().Count));
        Assert.Equal((2, 2, 1), (run.GetMeasurementSnapshot().Count, process.GetMeasurementSnapshot().Count, send.GetMeasurementSnapshot().Count));
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

        _ = new JobMetrics(meters);

        Assert.Equal(
            [
                "forge.job.attempts {attempt} Counter`1",
                "forge.job.available {job} ObservableGauge`1",
                "forge.job.discarded {job} Counter`1",
                "forge.job.enqueued {job} Counter`1",
                "forge.job.oldest_age s ObservableGauge`1",
                "forge.job.rescued {job} Counter`1",
                "forge.job.retries {job} Counter`1",
                "forge.job.run.duration s Histogram`1",
                "forge.job.wait.duration s Histogram`1",
                "messaging.client.operation.duration s Histogram`1",
                "messaging.client.sent.messages {message} Counter`1",
                "messaging.process.duration s Histogram`1",
            ],
            published.Order(StringComparer.Ordinal));
    }

    private static ActivityListener Listen(ConcurrentBag<Activity> spans, ActivitySource caller)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Forge.Jobs" || source == caller,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MetricCollector<T> Collect<T>(JobProgram program, string instrument)
        where T : struct =>
        new(program.Get<IMeterFactory>(), "Forge.Jobs", instrument);
}
