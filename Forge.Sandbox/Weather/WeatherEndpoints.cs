using Forge.Sandbox.Faults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Sandbox.Weather;

internal static class WeatherEndpoints
{
    public static void MapWeather(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/weather/{city}", GetWeather);

    private static async Task<Results<Ok<WeatherReport>, ProblemHttpResult>> GetWeather(
        string city, FaultBoard faults, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var fault = faults[FaultTarget.Weather];
        await fault.DelayAsync(timeProvider, cancellationToken);
        if (fault.Strikes())
        {
            return TypedResults.Problem("A fault is set for the weather service.", statusCode: fault.Status);
        }

        return Climate.ByCity.TryGetValue(city, out var climate)
            ? TypedResults.Ok(climate.At(timeProvider.GetUtcNow()))
            : TypedResults.Problem($"There is no weather for \"{city}\". There is for: {string.Join(", ", Climate.ByCity.Keys)}.", statusCode: StatusCodes.Status404NotFound);
    }
}
