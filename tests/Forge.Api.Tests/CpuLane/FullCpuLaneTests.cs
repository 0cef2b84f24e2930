using System.Net;
using System.Net.Http.Json;
using Forge.Api.CpuLane;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.Api.Tests.CpuLane;

public sealed class FullCpuLaneTests(Stores stores)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_WhenTheLaneIsFull_AreAnswered503WhileTheOthersGoOn()
    {
        await using var factory = new ApiFactory(stores, ("CpuLane:Threads", "1"), ("CpuLane:Capacity", "1"), ("CpuLane:RetryAfter", "00:00:09"));
        var client = factory.CreateClient();
        var lane = factory.Services.GetRequiredService<CpuLaneThreads>();
        using var busy = await BusyThread.StartAsync(lane);
        var waiting = lane.RunAsync(() => true, Cancellation);

        using var hash = await client.PostAsJsonAsync("/forge/hash", new HashRequest("secret"), Cancellation);
        using var login = await client.PostAsJsonAsync("/forge/login", new LoginRequest("ada@example.org", "secret"), Cancellation);
        using var register = await client.PostAsJsonAsync("/forge/register", new RegisterRequest("ada@example.org", "Ada", "long enough"), Cancellation);
        using var delayed = await client.GetAsync("/forge/delayed-response?seconds=0", Cancellation);

        foreach (var response in new[] { hash, login, register })
        {
            await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
            Assert.Equal(TimeSpan.FromSeconds(9), response.Headers.RetryAfter?.Delta);
        }

        Assert.Equal(HttpStatusCode.OK, delayed.StatusCode);
        busy.Release();
        Assert.True(await waiting);
    }
}
