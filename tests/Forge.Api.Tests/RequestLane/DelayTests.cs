using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.RequestLane;

public sealed class DelayTests(Stores stores) : ApiTest(stores)
{
    [Fact]
    public async Task Delay_WhenManyWait_TheyWaitTogether()
    {
        var started = TimeProvider.System.GetTimestamp();

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ =>
            Client.GetFromJsonAsync<DelayedResponse>("/forge/delayed-response?seconds=1", Cancellation)));

        Assert.All(answers, answer => Assert.Equal(new DelayedResponse("ready", "forge"), answer));
        // A thread for each of them, or one after the other, would take minutes.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(40));
    }

    [Theory]
    [InlineData("-0.1")]
    [InlineData("30.1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("soon")]
    [InlineData("1e999")]
    public async Task Delay_WhenSecondsIsWrong_NamesIt(string seconds)
    {
        using var response = await Client.GetAsync($"/forge/delayed-response?seconds={seconds}", Cancellation);

        await ProblemAssert.NamesFieldAsync(response, "seconds");
    }
}
