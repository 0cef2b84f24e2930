using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;

namespace Forge.PostResponse.Tests.Running;

/// <summary>Alone, since it weighs the process's memory.</summary>
[CollectionDefinition(nameof(LoadTests), DisableParallelization = true)]
[Collection(nameof(LoadTests))]
public sealed class LoadTests
{
    private const int Requests = 10_000;

    [Fact]
    public async Task ThirtyThousandTasks_OfWhichAThirdFail_AreAllRunInOrderAndNoneFailsSilently()
    {
        var runs = new ConcurrentDictionary<int, ConcurrentQueue<int>>();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/{id:int}", (int id, PostResponseTasks tasks) =>
        {
            tasks.Add("first", (_, _) => Note(id, 1));
            tasks.Add("failing", async (_, _) =>
            {
                await Note(id, 2);
                throw new InvalidOperationException("The second of three fails.");
            });
            tasks.Add("third", (_, _) => Note(id, 3));
        }));
        // The pools of server and client grow with the first load; what the lane itself kept would show again with the second.
        await SendAsync(app, -Requests, Requests);
        await Eventually.TrueAsync(() => app.Figures is { Completed: 2 * Requests, Failures: Requests });
        runs.Clear();
        app.Logs.Clear();
        var memoryBefore = GC.GetTotalMemory(forceFullCollection: true);

        await SendAsync(app, 0, Requests);
        await Eventually.TrueAsync(() => app.Figures is { Completed: 4 * Requests, Failures: 2 * Requests });

        AssertAllRanInOrder(runs);
        AssertNoneFailedSilently(app);

        runs.Clear();
        app.Logs.Clear();
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memoryBefore, long.MinValue, 4 * 1024 * 1024);

        async Task Note(int id, int position)
        {
            await Task.Yield();
            runs.GetOrAdd(id, _ => []).Enqueue(position);
        }
    }

    // Methods of their own: what they look at must not outlive them, or it would be weighed too.
    private static void AssertAllRanInOrder(ConcurrentDictionary<int, ConcurrentQueue<int>> runs)
    {
        Assert.Equal(Requests, runs.Count);
        Assert.All(runs.Values, order => Assert.Equal([1, 2, 3], order));
    }

    private static void AssertNoneFailedSilently(LaneApp app)
    {
        var failures = app.LogsOf("PostResponseTaskFailed");
        Assert.Equal(Requests, failures.Count);
        Assert.Equal(Requests, failures.Select(record => record.GetStructuredStateValue("RequestTraceId")).Distinct().Count());
        Assert.All(failures, record => Assert.Equal("failing", record.GetStructuredStateValue("TaskName")));
    }

    private static Task SendAsync(LaneApp app, int from, int count) => Parallel.ForEachAsync(
        Enumerable.Range(from, count),
        new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken },
        async (id, token) =>
        {
            using var response = await app.Client.GetAsync($"/{id}", token);
            response.EnsureSuccessStatusCode();
        });
}
