using System.Diagnostics;
using System.Net;
using Forge.Api.Tests.Infrastructure;
using Forge.Api.Tests.Jobs;
using Forge.Contracts;

namespace Forge.Api.Tests.Lanes;

public sealed class LaneTests : JobsTest, IAsyncLifetime
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);

    private readonly JobsApi _api;

    public LaneTests(Stores stores)
        : this(new JobsApi(stores))
    {
    }

    private LaneTests(JobsApi api)
        : base(api) => _api = api;

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Lanes_BeforeAnyTraffic_AreThreeWithoutFigures()
    {
        var lanes = await ReadLanesAsync();

        Assert.Equal(
            [
                new LaneResponse("request", 0, null, null, 0, 0),
                new LaneResponse("post_response", 0, null, null, 0, 0),
                new LaneResponse("durable", 0, null, null, 0, 0),
            ],
            lanes);
    }

    [Fact]
    public async Task RequestLane_CountsWhatItsCallersWaited()
    {
        using var client = Anonymous();
        for (var request = 0; request < 4; request++)
        {
            using var response = await client.GetAsync("/forge/delayed-response?seconds=0.05", Cancellation);
        }

        _api.Factory.Sandbox.AnswerWith(HttpStatusCode.InternalServerError);
        using var failed = await client.GetAsync("/forge/weather/Lisbon", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        var lane = (await ReadLanesAsync())[0];
        Assert.Equal((5, 1, 0), (lane.Count, lane.Failures, lane.Waiting));
        Assert.InRange(lane.ClientLatencyMs!.P50, 45, 5_000);
        Assert.Equal(lane.ClientLatencyMs, lane.WorkTimeMs);
    }

    [Fact]
    public async Task PostResponseLane_TellsTheCallersTimeFromTheWorks()
    {
        var hanging = _api.Factory.Smtp.Hang();
        var begun = Stopwatch.GetTimestamp();
        for (var user = 0; user < 3; user++)
        {
            (await SignUpAsync()).Dispose();
        }

        var answered = Stopwatch.GetElapsedTime(begun);
        var meanwhile = await WaitForAsync(lanes => lanes[1].Waiting == 3);
        await Task.Delay(answered, Cancellation);
        hanging.Dispose();
        var afterwards = await WaitForAsync(lanes => lanes[1].WorkTimeMs is not null && lanes[1].Waiting == 0);

        Assert.Equal((3, 0), (meanwhile[1].Count, meanwhile[1].Failures));
        Assert.Null(meanwhile[1].WorkTimeMs);
        Assert.True(afterwards[1].ClientLatencyMs!.P99 <= answered.TotalMilliseconds, "A caller waited longer than all of them.");
        Assert.True(afterwards[1].WorkTimeMs!.P50 >= answered.TotalMilliseconds, "The work took less than it was held up.");
    }

    [Fact]
    public async Task DurableLane_TellsHowItsJobsRan()
    {
        using var client = await SignUpAsync();
        foreach (var job in new[] { Noop, Noop, """{"kind":"demo.fail","payload":{"times":1}}""" })
        {
            await EnqueueAsync(client, job);
        }

        using var wrong = await PostAsync(client, "/forge/jobs", """{"kind":"nope","payload":{}}""");
        var lanes = await WaitForAsync(lanes => lanes[2] is { Failures: 1, Waiting: 0, WorkTimeMs: not null });

        Assert.Equal(4, lanes[2].Count);
        Assert.InRange(lanes[2].ClientLatencyMs!.P99, 0.001, 60_000);
        Assert.InRange(lanes[2].WorkTimeMs!.P99, 0.001, 60_000);
    }

    private async Task<IReadOnlyList<LaneResponse>> ReadLanesAsync()
    {
        using var client = Anonymous();
        using var response = await client.GetAsync("/forge/lanes", Cancellation);
        return (await ReadAsync<Page<LaneResponse>>(response, HttpStatusCode.OK)).Items;
    }

    private async Task<IReadOnlyList<LaneResponse>> WaitForAsync(Predicate<IReadOnlyList<LaneResponse>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(WaitLimit);
        while (true)
        {
            var lanes = await ReadLanesAsync();
            if (isSo(lanes))
            {
                return lanes;
            }

            await Task.Delay(50, limit.Token);
        }
    }
}
