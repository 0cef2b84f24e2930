using Forge.PostResponse;
using Npgsql;

namespace Forge.Api.Weather;

internal sealed record WeatherLookup(string City, DateTimeOffset At)
{
    public const string TaskName = "weather-lookup";
}

/// <summary>Counts which cities are asked for. One lookup more or less is the same picture, and no caller waits for the count.</summary>
[Loss(LossImpact.Tolerable)]
internal sealed class WeatherLookupTask(NpgsqlDataSource dataSource) : IPostResponseTask<WeatherLookup>
{
    public async Task RunAsync(WeatherLookup arguments, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO weather_lookups (city, lookups, last_at) VALUES ($1, 1, $2)
            ON CONFLICT (city) DO UPDATE
            SET lookups = weather_lookups.lookups + 1, last_at = greatest(weather_lookups.last_at, excluded.last_at)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = arguments.City });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = arguments.At });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
