using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Forge.Web.Tests;

/// <summary>The API at the HTTP edge of the web server. What a test does not set up is a failure of that test.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, Func<ReceivedRequest, HttpResponseMessage>> _answers = new();

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    public void On(string route, Func<ReceivedRequest, HttpResponseMessage> answer) => _answers[route] = answer;

    public void On(string route, HttpStatusCode status, object body) => On(route, _ => Json(status, body));

    public void OnProblem(string route, HttpStatusCode status, object problem) => On(route, _ => new HttpResponseMessage(status)
    {
        Content = JsonContent.Create(problem, new MediaTypeHeaderValue("application/problem+json")),
    });

    public void IsDown(string route) => On(route, _ => throw new HttpRequestException("Connection refused"));

    public ReceivedRequest Last(string route) => Requests.Last(request => request.Route == route);

    public static HttpResponseMessage Json(HttpStatusCode status, object body) => new(status) { Content = JsonContent.Create(body) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var received = new ReceivedRequest(
            $"{request.Method} {request.RequestUri!.AbsolutePath}",
            request.RequestUri.Query,
            body,
            request.Headers.Authorization?.ToString(),
            request.Headers.TryGetValues("X-Forwarded-For", out var addresses) ? string.Join(", ", addresses) : null,
            request.Headers.TryGetValues("Last-Event-ID", out var ids) ? ids.Single() : null,
            request.Headers.TryGetValues("X-API-Key", out var keys) ? keys.Single() : null);
        Requests.Enqueue(received);
        if (!_answers.TryGetValue(received.Route, out var answer))
        {
            throw new InvalidOperationException($"The test has set up no answer for {received.Route}.");
        }

        var response = answer(received);
        response.RequestMessage = request;
        return response;
    }

    internal sealed record ReceivedRequest(
        string Route, string Query, string Body, string? Authorization, string? ForwardedFor, string? LastEventId, string? ApiKey)
    {
        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);
    }
}
