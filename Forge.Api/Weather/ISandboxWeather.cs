using Forge.Contracts;
using Refit;

namespace Forge.Api.Weather;

/// <summary>The weather service of the outside world.</summary>
internal interface ISandboxWeather
{
    [Get("/v1/weather/{city}")]
    Task<ApiResponse<WeatherResponse>> GetWeatherAsync(string city, CancellationToken cancellationToken);
}
