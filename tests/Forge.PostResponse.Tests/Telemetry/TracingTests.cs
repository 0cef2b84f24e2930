using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Forge.PostResponse.Tests.Telemetry;

public sealed class TracingTests
{
    [Fact]
    public async Task Batch_IsATraceOfItsOwn_LinkedToTheRequestsSpan()
    {
        using var spans = new Spans();
        await using var app = await LaneApp.StartAsync(routes => routes.MapPost("/traced/{id}", (string id, PostResponseTasks tasks) =>
        {
            tasks.Add("first", (_, _) => Task.CompletedTask);
            tasks.Add("second", (_, _) => throw new InvalidOperationException("It fails."));
        }));

        using var response = await app.Client.PostAsync("/traced/1", content: null, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures is { Completed: 1, Failures: 1 });
        await Eventually.TrueAsync(() => spans.Of("post-response POST /traced/{id}").Count == 1);

        var batch = Assert.Single(spans.Of("post-response POST /traced/{id}"));
        var request = Assert.Single(spans.All, span => span.SpanId == Assert.Single(batch.Links).Context.SpanId);
        Assert.Equal(ActivityKind.Server, request.Kind);
        Assert.Equal(ActivityKind.Internal, batch.Kind);
        Assert.Equal(default, batch.ParentSpanId);
        Assert.NotEqual(request.TraceId, batch.TraceId);
        Assert.Equal(request.Context, Assert.Single(batch.Links).Context);
        Assert.Equal("post_response", batch.GetTagItem("forge.lane"));
        Assert.Equal(request.TraceId.ToHexString(), batch.GetTagItem("forge.request.trace_id"));

        var tasks = spans.All.Where(span => span.TraceId == batch.TraceId && span != batch).OrderBy(span => span.StartTimeUtc).ToList();
        Assert.Equal(["task first", "task second"], tasks.Select(span => span.DisplayName));
        Assert.All(tasks, span => Assert.Equal(batch.SpanId, span.ParentSpanId));
        Assert.All(tasks, span => Assert.Equal("post_response", span.GetTagItem("forge.lane")));
        Assert.Equal(["first", "second"], tasks.Select(span => span.GetTagItem("forge.task.name")));
        Assert.Equal([1, 2], tasks.Select(span => span.GetTagItem("forge.task.position")));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], tasks.Select(span => span.Status));
        Assert.Equal("System.InvalidOperationException", tasks[1].GetTagItem("error.type"));
    }

    [Fact]
    public async Task FirstTask_OverManyRequests_StartsAfterTheRequestsSpanHasStopped()
    {
        const int Requests = 3_000;
        using var spans = new Spans();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/ordered", (PostResponseTasks tasks) =>
            tasks.Add("first", (_, _) => Task.CompletedTask)));

        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), TestContext.Current.CancellationToken, async (_, token) =>
        {
            using var response = await app.Client.GetAsync("/ordered", token);
        });
        await Eventually.TrueAsync(() => app.Figures.Completed == Requests && spans.Of("post-response GET /ordered").Count == Requests);

        var requests = spans.All.Where(span => span.Kind is ActivityKind.Server).ToDictionary(span => span.SpanId);
        var batches = spans.Of("post-response GET /ordered");
        Assert.All(batches, batch =>
        {
            var request = requests[batch.Links.Single().Context.SpanId];
            Assert.True(request.StartTimeUtc + request.Duration <= batch.StartTimeUtc);
        });
        Assert.Equal(0, spans.StartedTooEarly);
    }

    [Fact]
    public async Task WriteDown_HappensInASpanThatNamesTheRequest()
    {
        using var spans = new Spans();
        var written = new TaskCompletionSource<Activity?>();
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapPost("/written-down", (PostResponseTasks tasks) => tasks.Add("move", 1)),
            options => options.DrainBudget = TimeSpan.Zero,
            tasks => tasks.AddTask<MovingTask, int>("move"),
            builder => builder.Services.AddSingleton(written));
        using var response = await app.Client.PostAsync("/written-down", content: null, TestContext.Current.CancellationToken);

        await app.StopAsync();

        var span = await written.Task.WaitAsync(LaneApp.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("post-response POST /written-down", span?.DisplayName);
        var request = Assert.Single(spans.All, other => other.SpanId == Assert.Single(span!.Links).Context.SpanId);
        Assert.Equal(request.TraceId.ToHexString(), span!.GetTagItem("forge.request.trace_id"));
    }

    // Here, since a listener of another test that runs meanwhile would trace it.
    [Fact]
    public async Task Task_OfARequestThatIsNotTraced_IsRun()
    {
        var started = new Gate();
        var isTraced = true;
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) =>
            {
                isTraced = Activity.Current is not null;
                tasks.Add("untraced", (_, _) =>
                {
                    started.Open();
                    return Task.CompletedTask;
                });
            }),
            build: builder => builder.Logging.SetMinimumLevel(LogLevel.None));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        response.EnsureSuccessStatusCode();
        await started.WhenOpenAsync();
        Assert.False(isTraced);
    }

    private sealed class MovingTask(TaskCompletionSource<Activity?> written) : IPostResponseTask<int>, IWriteDown<int>
    {
        public Task RunAsync(int arguments, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

        public Task WriteDownAsync(int arguments, CancellationToken cancellationToken)
        {
            written.SetResult(Activity.Current);
            return Task.CompletedTask;
        }
    }

    /// <summary>All ended spans of the server and the lane, and how many batches started while their request's span was open.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentDictionary<ActivitySpanId, bool> _ended = [];
        private readonly ActivityListener _listener;
        private int _startedTooEarly;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or PostResponseTracing.SourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStarted = span =>
                {
                    // Spans of other tests' requests may have started before this listener came.
                    if (span.DisplayName == "post-response GET /ordered" && !_ended.ContainsKey(span.Links.Single().Context.SpanId))
                    {
                        Interlocked.Increment(ref _startedTooEarly);
                    }
                },
                ActivityStopped = span =>
                {
                    _ended[span.SpanId] = true;
                    All.Enqueue(span);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<Activity> All { get; } = [];

        public int StartedTooEarly => Volatile.Read(ref _startedTooEarly);

        public IReadOnlyList<Activity> Of(string name) => [.. All.Where(span => span.DisplayName == name)];

        public void Dispose() => _listener.Dispose();
    }
}
