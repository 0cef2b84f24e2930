namespace Forge.Contracts;

public sealed record WeatherResponse(string City, double TemperatureC, string Conditions, DateTimeOffset ObservedAt);

public sealed record HashRequest(string Password);

public sealed record HashResponse(string Algorithm, int Iterations, string Salt, string Hash);

public sealed record ReportRequest(string ReportId);

public sealed record ReportResponse(string ReportId, int Rows, string Output);

public sealed record DelayedResponse(string Status, string Source);
