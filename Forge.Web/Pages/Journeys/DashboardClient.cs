using System.Net;
using System.Text.Json;
using Forge.Web.Api;
using Microsoft.Extensions.Options;

namespace Forge.Web.Pages.Journeys;

/// <summary>Reads spans from the telemetry API of Aspire's dashboard.</summary>
internal sealed class DashboardClient(HttpClient http, IOptions<DashboardOptions> options)
{
    public const int MaxResponseBytes = 8 * 1024 * 1024;

    private const int MaxSpans = 2_000;
    private const int MaxTraces = 100;

    /// <summary>
    /// The spans of a request and of all that came of it, asked for by any of its traces. <c>IsCut</c> when there are more than were read,
    /// which are the newest.
    /// </summary>
    /// <exception cref="DashboardException">The dashboard gave no usable answer in time.</exception>
    public async Task<(string RequestTrace, List<DashboardSpan> Spans, bool IsCut)> ReadAsync(string traceId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.Value.Url))
        {
            throw new DashboardException("No dashboard is configured", StatusCodes.Status404NotFound,
                "Journeys are read from Aspire's dashboard. Start Forge by its AppHost, or set Dashboard:Url and Dashboard:ApiKey of web.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.TimeLimit);
        try
        {
            var trace = await GetAsync($"spans?limit={MaxSpans}&traceId={traceId}", limit.Token);
            var spans = DashboardSpan.From(trace).ToList();
            var requestTrace = spans.Select(span => span["forge.request.trace_id"]).FirstOrDefault(IsTraceId) ?? traceId;
            if (requestTrace != traceId)
            {
                trace = await GetAsync($"spans?limit={MaxSpans}&traceId={requestTrace}", limit.Token);
                spans.AddRange(DashboardSpan.From(trace));
            }

            var later = await GetAsync($"traces?limit={MaxTraces}&search=@forge.request.trace_id:{requestTrace}", limit.Token);
            spans.AddRange(DashboardSpan.From(later));
            return (requestTrace, [.. spans.DistinctBy(span => span.Id).OrderBy(span => span.Start)], trace.IsCut || later.IsCut);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested
            && (failure is JsonException or OperationCanceledException || ApiFailure.IsFromApi(failure)))
        {
            throw Explain(failure);
        }
    }

    public static bool IsTraceId(string? text) => text is { Length: 32 } && text.All(char.IsAsciiHexDigitLower);

    private static DashboardException Explain(Exception failure) => failure switch
    {
        HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => new(
            "The dashboard refuses the key", StatusCodes.Status502BadGateway,
            "Set Dashboard:ApiKey of web to the key of the dashboard's telemetry API (AppHost:DashboardApiKey), and restart web.", failure),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => new(
            "This journey is too large", StatusCodes.Status502BadGateway,
            $"It has more than {MaxResponseBytes / 1024 / 1024} MB of spans. Look at its traces in the dashboard itself.", failure),
        JsonException or HttpRequestException { StatusCode: < HttpStatusCode.InternalServerError } => new(
            "The dashboard gave an answer that cannot be used", StatusCodes.Status502BadGateway,
            "Check that Dashboard:Url of web is the address of Aspire's dashboard, and that its telemetry API is on.", failure),
        _ => new(
            "The dashboard is not answering", StatusCodes.Status503ServiceUnavailable,
            "It may be starting, stopped or very busy. Wait a few seconds and reload the page.", failure),
    };

    private async Task<OtlpAnswer> GetAsync(string what, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{options.Value.Url!.TrimEnd('/')}/api/telemetry/{what}");
        request.Headers.TryAddWithoutValidation("X-API-Key", options.Value.ApiKey);
        using var response = await http.SendAsync(request, cancellationToken);
        var json = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
        return JsonSerializer.Deserialize<OtlpAnswer>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The answer is null.");
    }
}

/// <summary>The dashboard gave no spans. The message and the advice are for the page's reader, the status for the page.</summary>
internal sealed class DashboardException(string message, int status, string advice, Exception? inner = null) : Exception(message, inner)
{
    public int Status => status;

    public string Advice => advice;
}
