using System.Net;
using System.Text.RegularExpressions;
using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Api.RateLimiting;
using Forge.Contracts;
using Forge.PostResponse;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Weather;

internal static partial class WeatherEndpoints
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static void MapWeather(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/weather/{city}", GetWeather)
            .WithTags("Request lane")
            .InLane(Lane.Request)
            .WithSummary("Ask an outside service for the weather")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AllowAnonymous()
            .RequireAnonymousRateLimit();

    private static async Task<Results<Ok<WeatherResponse>, ValidationProblem, ProblemHttpResult>> GetWeather(
        string city,
        ISandboxWeather sandbox,
        PostResponseTasks tasks,
        TimeProvider timeProvider,
        HttpResponse response,
        ILogger<ISandboxWeather> logger,
        CancellationToken cancellationToken)
    {
        if (!CityName.IsMatch(city))
        {
            return FieldErrors.Problem("city", "Give the name of a city: 1 to 80 letters, blanks, dots, hyphens and apostrophes.");
        }

        using var answer = await sandbox.GetWeatherAsync(city, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (answer.IsSuccessfulWithContent)
        {
            // By the service's own name of the city, of which there is a limited number.
            tasks.Add(WeatherLookup.TaskName, new WeatherLookup(answer.Content.City, timeProvider.GetUtcNow()));
            return TypedResults.Ok(answer.Content);
        }

        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return TypedResults.Problem("The weather service does not know this city. Check how it is spelt.", statusCode: StatusCodes.Status404NotFound);
        }

        LogUnavailable(logger, answer.Error);
        response.SetRetryAfter(RetryAfter);
        return TypedResults.Problem(
            "The weather service is down or too slow. Ask again after the time that Retry-After says.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    [GeneratedRegex("""^\p{L}[\p{L}\p{M} .'’-]{0,79}\z""")]
    private static partial Regex CityName { get; }

    [LoggerMessage(LogLevel.Warning, "The weather service gave no answer that can be used.")]
    private static partial void LogUnavailable(ILogger logger, Exception? exception);
}
