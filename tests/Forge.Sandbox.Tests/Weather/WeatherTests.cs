using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Forge.Sandbox.Weather;

namespace Forge.Sandbox.Tests.Weather;

public sealed class WeatherTests
{
    [Theory]
    [InlineData("london", "London")]
    [InlineData("New%20York", "New York")]
    public async Task Get_WhenTheCityIsKnown_TellsTheWeatherOfThisHour(string asked, string city)
    {
        await using var sandbox = SandboxApp.Start();

        var report = await sandbox.Http.GetFromJsonAsync<WeatherReport>($"/v1/weather/{asked}", SandboxApp.Cancellation);

        Assert.Equal(city, report!.City);
        Assert.NotEmpty(report.Conditions);
        Assert.InRange(report.ObservedAt, DateTimeOffset.UtcNow.AddHours(-1.1), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Get_WhenTheCityIsUnknown_IsNotFound()
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await sandbox.Http.GetAsync("/v1/weather/atlantis", SandboxApp.Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Get_WhenAFaultFails_AnswersWithItsStatus()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("weather", new(FailureRate: 1, Status: 500));

        using var response = await sandbox.Http.GetAsync("/v1/weather/london", SandboxApp.Cancellation);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task Get_WhenAFaultDelaysManyAtOnce_HoldsNoThreads()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("weather", new(DelayMs: 1_000));
        var started = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => sandbox.Http.GetStringAsync("/v1/weather/london", SandboxApp.Cancellation)));

        // With a thread each it would take a minute: the pool grows by one or two a second.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.95, 15);
    }

    [Fact]
    public void At_AnyHourOfTheYear_IsPlausibleAndTheSameWhenAskedAgain()
    {
        foreach (var climate in Climate.ByCity.Values)
        {
            for (var hour = 0; hour < 366 * 24; hour += 5)
            {
                var now = new DateTimeOffset(2026, 1, 1, 0, 30, 0, TimeSpan.Zero).AddHours(hour);
                var report = climate.At(now);

                Assert.InRange(report.TemperatureC, -25, 48);
                Assert.Equal(report, climate.At(now.AddMinutes(29)));
                Assert.Equal(now.AddMinutes(-30), report.ObservedAt);
            }
        }
    }

    [Fact]
    public void At_OverAYear_VariesByHourSeasonAndHemisphere()
    {
        var january = new DateTimeOffset(2026, 1, 15, 14, 0, 0, TimeSpan.Zero);
        var july = new DateTimeOffset(2026, 7, 15, 14, 0, 0, TimeSpan.Zero);
        var day = Enumerable.Range(0, 24).Select(hour => Climate.ByCity["berlin"].At(july.AddHours(hour)));

        Assert.True(Climate.ByCity["berlin"].At(july).TemperatureC > Climate.ByCity["berlin"].At(january).TemperatureC + 10);
        Assert.True(Climate.ByCity["sydney"].At(july).TemperatureC < Climate.ByCity["sydney"].At(january).TemperatureC);
        Assert.True(day.Select(report => report.TemperatureC).Distinct().Count() > 10);
    }
}
