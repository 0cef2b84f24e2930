using System.Net;

namespace Forge.Api.Tests.Jobs;

public sealed class FollowJobTests(JobsApi api) : JobsTest(api)
{
    [Fact]
    public async Task Follow_WhileItRuns_SendsStateThenProgressThenEndAndCloses()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Gated);
        var types = new List<string>();

        await foreach (var item in FollowAsync(client, job.Id))
        {
            types.Add(item.EventType);
            Assert.Equal(job.Id, item.Data.Id);
            switch (item.EventType, item.Data)
            {
                case ("state", { State: "running", Progress: 0 }):
                    Gate.Report(job.Id, 30);
                    break;
                case ("progress", { Progress: 30 }):
                    Assert.Equal("At 30.", item.Data.Message);
                    Gate.Finish(job.Id);
                    break;
                case ("end", var last):
                    Assert.Equal(("completed", 100), (last.State, last.Progress));
                    break;
            }
        }

        Assert.Equal("state", types[0]);
        Assert.Equal(["progress", "state", "end"], types[^3..]);
    }

    [Fact]
    public async Task Follow_WhenReconnecting_BeginsWithTheCurrentState()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Gated);
        await WaitForAsync(client, job.Id, "running");
        Gate.Report(job.Id, 50);
        await foreach (var item in FollowAsync(client, job.Id))
        {
            if (item.Data.Progress == 50)
            {
                break;
            }
        }

        await foreach (var item in FollowAsync(client, job.Id, lastEventId: "2"))
        {
            Assert.Equal(("state", "running", 50), (item.EventType, item.Data.State, item.Data.Progress));
            break;
        }

        Gate.Finish(job.Id);
    }

    [Fact]
    public async Task Follow_OfAFinishedJob_SendsItsStateAndTheEnd()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Noop);
        await WaitForAsync(client, job.Id, "completed");

        var types = new List<string>();
        await foreach (var item in FollowAsync(client, job.Id))
        {
            types.Add(item.EventType);
        }

        Assert.Equal(["state", "end"], types);
    }

    [Fact]
    public async Task Follow_AfterTheEndWasSeen_TellsTheBrowserToStopReconnecting()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Noop);
        await WaitForAsync(client, job.Id, "completed");

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/forge/jobs/{job.Id}/events");
        request.Headers.Add("Last-Event-ID", "end");
        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }
}
