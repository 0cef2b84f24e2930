using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Forge.PostResponse.Tests.Requests;

public sealed class TaskLimitTests
{
    [Fact]
    public async Task Request_ThatAddsMoreThanItMay_KeepsTheFirstAndDropsTheOthers()
    {
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) =>
            {
                for (var task = 0; task < 5; task++)
                {
                    tasks.Add("noop", (_, _) => Task.CompletedTask);
                }
            }),
            options => options.MaxTasksPerRequest = 3);
        using var rejected = new MetricCollector<long>(
            app.Services.GetRequiredService<IMeterFactory>(), PostResponseMetrics.MeterName, "forge.post_response.rejected");

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);
        await app.StopAsync();

        Assert.Equal((3, 2), (app.Figures.Completed, app.Figures.Rejected));
        Assert.Equal(2, app.LogsOf("PostResponseTaskDropped").Count);
        Assert.All(rejected.GetMeasurementSnapshot(), measured => Assert.Equal("request_limit", measured.Tags["outcome"]));
    }

    [Fact]
    public async Task RequirePostResponseCapacity_OfMoreThanARequestMayAdd_IsRefused()
    {
        await using var app = await LaneApp.StartAsync(
            routes => Assert.ThrowsAny<InvalidOperationException>(() =>
            {
                routes.MapGet("/", () => "").RequirePostResponseCapacity(4);
                _ = ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)routes).DataSources.SelectMany(source => source.Endpoints).ToList();
            }),
            options => options.MaxTasksPerRequest = 3);
    }
}
