using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Forge.PostResponse.Tests.Running;

public sealed class FailureTests
{
    [Fact]
    public async Task FailingTask_IsLoggedAndCounted_AndTheOthersRun()
    {
        var ran = new Gate();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/fail/{id}", (string id, PostResponseTasks tasks) =>
        {
            tasks.Add("broken", (_, _) => throw new InvalidOperationException($"no luck with {id}"));
            tasks.Add("broken-later", async (_, _) =>
            {
                await Task.Yield();
                throw new TimeZoneNotFoundException();
            });
            tasks.Add("after", (_, _) => ran.Open());
        }));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/fail/7");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await ran.WhenOpenAsync();

        await Eventually.TrueAsync(() => app.Figures is { Failures: 2, Completed: 1 });
        var failures = app.LogsOf("PostResponseTaskFailed");
        Assert.Equal(2, failures.Count);
        var first = failures[0];
        Assert.Equal(LogLevel.Error, first.Level);
        Assert.IsType<InvalidOperationException>(first.Exception);
        Assert.Equal("broken", first.GetStructuredStateValue("TaskName"));
        Assert.Equal("1", first.GetStructuredStateValue("Position"));
        Assert.Equal("/fail/{id}", first.GetStructuredStateValue("Route"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", first.GetStructuredStateValue("RequestTraceId"));
        Assert.IsType<TimeZoneNotFoundException>(failures[1].Exception);
    }

    [Fact]
    public async Task TasksAfterAFailingOne_WhenTheRestIsToBeSkipped_AreNamedAndCountedAsLost()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) =>
            {
                tasks.Add("first", 1);
                tasks.Add("second", (_, _) => Task.CompletedTask);
                tasks.Add("third", (_, _) => Task.CompletedTask);
            }),
            tasks: tasks => tasks.AddTask<FailingTask, int>("first", task => task.AfterFailure = AfterFailure.SkipRemaining));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures is { Failures: 1, Lost: 2 });

        Assert.Equal(["second", "third"], app.LogsOf("PostResponseTaskLost").Select(record => record.GetStructuredStateValue("TaskName")));
        Assert.Equal(0, app.Figures.Waiting);
        Assert.Equal(0, app.Services.GetRequiredService<PostResponseLane>().Outstanding);
    }

    [Fact]
    public async Task Task_ThatTakesLongerThanItsTimeout_FailsWithATimeout()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) =>
            {
                tasks.Add("endless", 1);
                tasks.Add("after", (_, _) => Task.CompletedTask);
            }),
            tasks: tasks => tasks.AddTask<EndlessTask, int>("endless", task => task.Timeout = TimeSpan.FromMilliseconds(50)));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures is { Failures: 1, Completed: 1 });

        Assert.IsType<TimeoutException>(Assert.Single(app.LogsOf("PostResponseTaskFailed")).Exception);
    }

    [Fact]
    public async Task Task_WhoseServicesCannotBeBuilt_FailsLikeAnyOther()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) => tasks.Add("unbuildable", 1)),
            tasks: tasks => tasks.AddTask<UnbuildableTask, int>("unbuildable"));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => app.Figures.Failures == 1);

        Assert.Contains(nameof(IFormatProvider), Assert.Single(app.LogsOf("PostResponseTaskFailed")).Exception!.Message, StringComparison.Ordinal);
    }

    private sealed class FailingTask : IPostResponseTask<int>
    {
        public Task RunAsync(int arguments, CancellationToken cancellationToken) => throw new InvalidOperationException("It always fails.");
    }

    private sealed class EndlessTask : IPostResponseTask<int>
    {
        public Task RunAsync(int arguments, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    private sealed class UnbuildableTask(IFormatProvider missing) : IPostResponseTask<int>
    {
        public Task RunAsync(int arguments, CancellationToken cancellationToken) => Task.FromResult(missing);
    }
}
