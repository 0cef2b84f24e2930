using System.Net;
using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.RequestLane;

public sealed class WeatherTests(Stores stores) : IAsyncDisposable
{
    private readonly ApiFactory _api = new(stores, ("Weather:AttemptTimeout", "00:00:00.500"), ("Weather:TotalTimeout", "00:00:10"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Weather_WhenTheCityIsKnown_PassesTheAnswerOn()
    {
        var answer = new WeatherResponse("New York", 21.5, "clear", DateTimeOffset.UnixEpoch);
        string? asked = null;
        _api.Sandbox.Answer = (request, _) =>
        {
            asked = request.RequestUri!.AbsolutePath;
            return Task.FromResult(new HttpResponseMessage { Content = JsonContent.Create(answer) });
        };

        var weather = await _api.CreateClient().GetFromJsonAsync<WeatherResponse>("/forge/weather/New%20York", Cancellation);

        Assert.Equal("/v1/weather/New%20York", asked);
        Assert.Equal(answer, weather);
    }

    [Fact]
    public async Task Weather_WhenAnswered_IsCountedByCity()
    {
        var city = $"Town {string.Concat(Guid.NewGuid().ToByteArray().Select(value => (char)('a' + (value % 26))))}";
        _api.Sandbox.Answer = (_, _) =>
            Task.FromResult(new HttpResponseMessage { Content = JsonContent.Create(new WeatherResponse(city, 20, "clear", DateTimeOffset.UnixEpoch)) });

        var client = _api.CreateClient();
        for (var lookup = 0; lookup < 3; lookup++)
        {
            using var response = await client.GetAsync($"/forge/weather/{city}", Cancellation);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (await CountLookupsAsync(city) is not 3L)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    [Fact]
    public async Task Weather_WhenTheCityIsUnknown_IsNotFoundWithoutAskingAgain()
    {
        _api.Sandbox.AnswerWith(HttpStatusCode.NotFound);

        using var response = await _api.CreateClient().GetAsync("/forge/weather/Atlantis", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.NotFound);
        Assert.Equal(1, _api.Sandbox.Requests);
    }

    [Fact]
    public async Task Weather_WhenTheServiceFails_IsAskedThreeTimesAndThenAnswered503()
    {
        _api.Sandbox.AnswerWith(HttpStatusCode.InternalServerError);

        using var response = await _api.CreateClient().GetAsync("/forge/weather/Lisbon", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
        Assert.Equal(3, _api.Sandbox.Requests);
    }

    [Fact]
    public async Task Weather_WhenTheServiceFailsAndNamesAnHour_IsAskedThreeTimesAllTheSame()
    {
        _api.Sandbox.Answer = (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { { "Retry-After", "3600" } } });

        using var response = await _api.CreateClient().GetAsync("/forge/weather/Lisbon", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(3, _api.Sandbox.Requests);
    }

    [Fact]
    public async Task Weather_WhenTheServiceFailsOnce_IsAnsweredByTheRetry()
    {
        var answer = new WeatherResponse("Lisbon", 20, "clear", DateTimeOffset.UnixEpoch);
        _api.Sandbox.Answer = (_, _) => Task.FromResult(_api.Sandbox.Requests == 1
            ? new HttpResponseMessage(HttpStatusCode.BadGateway)
            : new HttpResponseMessage { Content = JsonContent.Create(answer) });

        using var response = await _api.CreateClient().GetAsync("/forge/weather/Lisbon", Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Weather_WhenTheServiceHangs_IsAnswered503()
    {
        _api.Sandbox.Answer = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new HttpResponseMessage();
        };

        using var response = await _api.CreateClient().GetAsync("/forge/weather/Lisbon", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("null")]
    public async Task Weather_WhenTheServiceAnswersNonsense_IsAnswered503(string body)
    {
        _api.Sandbox.AnswerWith(HttpStatusCode.OK, body);

        using var response = await _api.CreateClient().GetAsync("/forge/weather/Lisbon", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Weather_WhenTheServiceIsAway_IsAnswered503()
    {
        _api.Sandbox.Answer = (_, _) => throw new HttpRequestException("Connection refused");

        using var response = await _api.CreateClient().GetAsync("/forge/weather/Lisbon", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Weather_WhenTheCityIsNoName_NamesTheFieldAndAsksNobody()
    {
        var client = _api.CreateClient();
        foreach (var city in new[] { "a%2Fb", "%3Cscript%3E", "a%0Ab", "42", new string('a', 81) })
        {
            using var response = await client.GetAsync($"/forge/weather/{city}", Cancellation);
            await ProblemAssert.NamesFieldAsync(response, "city");
        }

        Assert.Equal(0, _api.Sandbox.Requests);
    }

    private async Task<object?> CountLookupsAsync(string city)
    {
        await using var command = _api.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT lookups FROM weather_lookups WHERE city = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = city });
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
