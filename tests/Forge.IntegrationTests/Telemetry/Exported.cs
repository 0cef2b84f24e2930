using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Forge.IntegrationTests.Telemetry;

/// <summary>A span as the application exported it.</summary>
internal sealed record ExportedSpan(string Service, string Scope, string TraceId, string SpanId, string? ParentSpanId, string Name, SpanKind Kind, long Start, long End, bool IsError, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<ExportedLink> Links)
{
    public bool IsRoot => ParentSpanId is null;

    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    public override string ToString() => $"{Service} {Scope} '{Name}' {Kind} of trace {TraceId}";
}

internal sealed record ExportedLink(string TraceId, string SpanId);

/// <summary>A log line as the application exported it.</summary>
internal sealed record ExportedLog(string Service, string Category, string EventName, string? TraceId, string? SpanId);

/// <summary>An instrument as the application exported it, with the tags of each of its series.</summary>
internal sealed record ExportedMetric(string Resource, string Meter, string Name, string Unit, string Kind, IReadOnlyList<ExportedSeries> Series);

internal sealed record ExportedSeries(IReadOnlyDictionary<string, string> Tags);

/// <summary>The numbers of OTLP.</summary>
internal enum SpanKind
{
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// <summary>Reads from the dashboard what the application has exported by OTLP.</summary>
internal sealed class Exported(AppFixture fixture)
{
    private const int All = 1_000_000;

    private readonly HttpClient _dashboard = CreateClient(fixture);

    public async Task<IReadOnlyList<ExportedSpan>> SpansAsync(CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await _dashboard.GetStringAsync($"/api/telemetry/spans?limit={All}", cancellationToken));
        return [.. Items(document, "resourceSpans", "scopeSpans", "spans").Select(entry => Span(entry.Service, entry.Scope, entry.Item))];
    }

    public async Task<IReadOnlyList<ExportedLog>> LogsAsync(CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await _dashboard.GetStringAsync($"/api/telemetry/logs?limit={All}", cancellationToken));
        return [.. Items(document, "resourceLogs", "scopeLogs", "logRecords").Select(entry => new ExportedLog(entry.Service, entry.Scope, Text(entry.Item, "eventName") ?? "", Text(entry.Item, "traceId"), Text(entry.Item, "spanId")))];
    }

    /// <summary>All spans and log lines as they are.</summary>
    public async Task<string> EverythingAsync(CancellationToken cancellationToken) =>
        await _dashboard.GetStringAsync($"/api/telemetry/spans?limit={All}", cancellationToken) + await _dashboard.GetStringAsync($"/api/telemetry/logs?limit={All}", cancellationToken);

    private static HttpClient CreateClient(AppFixture fixture)
    {
        var client = fixture.App.CreateHttpClient("aspire-dashboard", "http");
        client.DefaultRequestHeaders.Add("X-API-Key", AppFixture.DashboardApiKey);
        return client;
    }

    private static IEnumerable<(string Service, string Scope, JsonElement Item)> Items(JsonDocument document, string resources, string scopes, string items) =>
        from resource in document.RootElement.GetProperty("data").GetProperty(resources).EnumerateArray()
        let service = Attributes(resource.GetProperty("resource"))["service.name"]
        from scope in resource.GetProperty(scopes).EnumerateArray()
        let name = scope.GetProperty("scope").GetProperty("name").GetString()!
        from item in scope.GetProperty(items).EnumerateArray()
        select (service, name, item);

    private static ExportedSpan Span(string service, string scope, JsonElement span) => new(
        service,
        scope,
        Text(span, "traceId")!,
        Text(span, "spanId")!,
        Text(span, "parentSpanId"),
        Text(span, "name")!,
        (SpanKind)span.GetProperty("kind").GetInt32(),
        long.Parse(Text(span, "startTimeUnixNano")!, System.Globalization.CultureInfo.InvariantCulture),
        long.Parse(Text(span, "endTimeUnixNano")!, System.Globalization.CultureInfo.InvariantCulture),
        span.TryGetProperty("status", out var status) && status.TryGetProperty("code", out var code) && code.GetInt32() == 2,
        Attributes(span),
        span.TryGetProperty("links", out var links) ? [.. links.EnumerateArray().Select(link => new ExportedLink(Text(link, "traceId")!, Text(link, "spanId")!))] : []);

    // Whatever type a value has, what it says is compared.
    private static Dictionary<string, string> Attributes(JsonElement owner) =>
        owner.TryGetProperty("attributes", out var attributes)
            ? attributes.EnumerateArray().ToDictionary(attribute => attribute.GetProperty("key").GetString()!, attribute => attribute.GetProperty("value").EnumerateObject().Select(value => value.Value.ToString()).FirstOrDefault() ?? "")
            : [];

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
}
