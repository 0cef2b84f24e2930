namespace Forge.Sandbox.Weather;

public sealed record WeatherReport(string City, double TemperatureC, string Conditions, DateTimeOffset ObservedAt);
