using System.Net;
using System.Text.Json.Nodes;

namespace Forge.Web.Tests.Journeys;

/// <summary>
/// Answers as the telemetry API of Aspire's dashboard does, with what version 13.6.5 answered about a payment: the response after 14 ms, a
/// task after it, and a job that the gateway refuses once.
/// </summary>
internal sealed class FakeDashboard
{
    public const string Key = "the-key";
    public const string Request = "4bf92f3577b34da6a3ce929d0e0e4736";
    public const string Task = "00000000000000008f3c21d76b5ae902";
    public const string FirstAttempt = "0000000000000000c47109bed3f25a68";
    public const string SecondAttempt = "00000000000000001d96e4a0725bc83f";

    private readonly JsonNode _answer = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Journeys", "payment.json")))!;

    public FakeDashboard(FakeApi api)
    {
        api.On("GET /api/telemetry/spans", request => Answer(request, request.Query.Split("traceId=")[1]));
        api.On("GET /api/telemetry/traces", request =>
            request.Query.EndsWith($"search=@forge.request.trace_id:{Request}", StringComparison.Ordinal) ? Answer(request, Task, FirstAttempt, SecondAttempt) : Answer(request));
    }

    public HashSet<string> Forgotten { get; } = [];

    /// <summary>How many traces or spans there are that are not sent.</summary>
    public int Unsent { get; set; }

    public void Repeat(string name, int times)
    {
        var spans = Spans(_answer).Single(spans => spans.Any(span => (string?)span!["name"] == name));
        for (var number = 0; number < times; number++)
        {
            spans.Add(spans.First(span => (string?)span!["name"] == name)!.DeepClone());
            spans[^1]!["spanId"] = $"copy {number}";
        }
    }

    private static IEnumerable<JsonArray> Spans(JsonNode answer) =>
        from resource in answer["data"]!["resourceSpans"]!.AsArray() from scope in resource!["scopeSpans"]!.AsArray() select scope!["spans"]!.AsArray();

    private HttpResponseMessage Answer(FakeApi.ReceivedRequest request, params string[] traces)
    {
        var answer = _answer.DeepClone();
        foreach (var spans in Spans(answer))
        {
            spans.RemoveAll(span => (string)span!["traceId"]! is var trace && (Forgotten.Contains(trace) || !traces.Contains(trace)));
        }

        answer["totalCount"] = (int)answer["returnedCount"]! + Unsent;
        return request.ApiKey == Key ? FakeApi.Json(HttpStatusCode.OK, answer) : new HttpResponseMessage(HttpStatusCode.Unauthorized);
    }
}
