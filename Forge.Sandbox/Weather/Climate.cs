namespace Forge.Sandbox.Weather;

/// <summary>The few figures from which a city's weather is made up.</summary>
/// <param name="City">The name as it is answered.</param>
/// <param name="MeanC">Mean over the year.</param>
/// <param name="SeasonalC">Half the difference between July and January; negative in the south.</param>
/// <param name="DailyC">Half the difference between afternoon and early morning.</param>
/// <param name="UtcOffsetHours">Rough solar time, so that afternoons are warm everywhere.</param>
internal sealed record Climate(string City, double MeanC, double SeasonalC, double DailyC, int UtcOffsetHours)
{
    private const int HoursPerSky = 6;

    private static readonly string[] Skies = ["clear", "clear", "partly cloudy", "partly cloudy", "cloudy", "overcast", "light rain", "rain"];

    public static readonly IReadOnlyDictionary<string, Climate> ByCity = new Climate[]
    {
        new("Amsterdam", 10.6, 7.3, 3.3, 0),
        new("Athens", 18.8, 9.3, 4.2, 2),
        new("Berlin", 10.3, 9.6, 4.3, 1),
        new("Cairo", 22.4, 7.4, 5.9, 2),
        new("Cape Town", 17.1, -4.3, 4.4, 1),
        new("Chicago", 10.5, 14.2, 4.7, -6),
        new("Copenhagen", 9.3, 8.6, 3.1, 1),
        new("Delhi", 25.1, 9.1, 6.2, 5),
        new("Dublin", 9.8, 5.1, 3.4, 0),
        new("Hamburg", 9.9, 8.4, 3.8, 1),
        new("Helsinki", 6.5, 11.3, 3.1, 2),
        new("Istanbul", 15.1, 9.1, 3.4, 2),
        new("Lagos", 27.3, 1.3, 3.6, 0),
        new("Lisbon", 17.5, 6.1, 4.1, -1),
        new("London", 11.6, 6.6, 3.8, 0),
        new("Madrid", 15.0, 9.8, 5.6, 0),
        new("Melbourne", 15.6, -5.4, 4.8, 10),
        new("Mexico City", 17.2, 2.1, 6.1, -6),
        new("Mumbai", 27.6, 1.6, 3.9, 5),
        new("Nairobi", 19.0, -1.5, 5.6, 3),
        new("New York", 13.2, 12.2, 3.9, -5),
        new("Oslo", 7.0, 11.1, 3.8, 1),
        new("Paris", 12.8, 7.8, 3.9, 0),
        new("Reykjavik", 5.1, 5.6, 2.2, -1),
        new("Rome", 16.2, 8.6, 5.1, 1),
        new("San Francisco", 14.6, 2.9, 3.6, -8),
        new("Sao Paulo", 20.1, -3.4, 4.3, -3),
        new("Singapore", 27.7, 0.8, 3.2, 7),
        new("Stockholm", 7.6, 10.3, 3.4, 1),
        new("Sydney", 18.3, -5.1, 4.1, 10),
        new("Tokyo", 15.8, 10.6, 3.7, 9),
        new("Toronto", 9.4, 13.1, 4.1, -5),
        new("Vienna", 11.4, 10.4, 4.3, 1),
        new("Warsaw", 9.0, 10.6, 4.2, 1),
        new("Zurich", 9.8, 9.3, 4.1, 1),
    }.ToDictionary(climate => climate.City, StringComparer.OrdinalIgnoreCase);

    /// <summary>The same for the same city and hour, whichever process answers.</summary>
    public WeatherReport At(DateTimeOffset now)
    {
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var solar = hour.AddHours(UtcOffsetHours);
        var season = Math.Cos(Math.Tau * (solar.DayOfYear - 200) / 365.25);
        var timeOfDay = Math.Cos(Math.Tau * (solar.Hour - 15) / 24.0);
        var hours = hour.ToUnixTimeSeconds() / 3_600;
        var wobble = (Mix(hours) % 21 / 10.0) - 1;
        var temperature = MeanC + (SeasonalC * season) + (DailyC * timeOfDay) + wobble;
        return new WeatherReport(City, Math.Round(temperature, 1), Sky(Mix(hours / HoursPerSky), temperature), hour);
    }

    private static string Sky(ulong draw, double temperatureC)
    {
        var sky = Skies[draw % (ulong)Skies.Length];
        return temperatureC < 0 ? sky.Replace("rain", "snow", StringComparison.Ordinal) : sky;
    }

    // string.GetHashCode differs from process to process.
    private ulong Mix(long seed)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in City)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        hash = (hash ^ (ulong)seed) * 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 29);
    }
}
