using System.Net;
using System.Text.Json;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;

namespace Aspire.Dashboard.Tests.Json;

public sealed class TelemetryApiTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_AreOtlpJson()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        var list = new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { StringValue = "x" }, new AnyValue { IntValue = 2 } } } };
        await SendAsync(dashboard, "traces", Sample.Traces("api", Sample.Span(0xab, 0xcd, 0xef, "GET /", 0, 5, ("text", "t"), ("whole", 7), ("part", 0.5), ("truth", true), ("list", list)).LinkedTo(3, 4).Failed("broke")));

        using var document = await GetAsync(dashboard, "/api/telemetry/traces/000000000000000000000000000000ab");
        Assert.Equal((1, 1), (document.RootElement.GetProperty("totalCount").GetInt32(), document.RootElement.GetProperty("returnedCount").GetInt32()));
        var group = Assert.Single(document.RootElement.GetProperty("data").GetProperty("resourceSpans").EnumerateArray());
        Assert.Equal("service.name", group.GetProperty("resource").GetProperty("attributes")[0].GetProperty("key").GetString());
        Assert.Equal("api", group.GetProperty("resource").GetProperty("attributes")[0].GetProperty("value").GetProperty("stringValue").GetString());
        var scope = Assert.Single(group.GetProperty("scopeSpans").EnumerateArray());
        Assert.Equal("Sample", scope.GetProperty("scope").GetProperty("name").GetString());
        var span = Assert.Single(scope.GetProperty("spans").EnumerateArray());
        Assert.Equal("000000000000000000000000000000ab", span.GetProperty("traceId").GetString());
        Assert.Equal("00000000000000cd", span.GetProperty("spanId").GetString());
        Assert.Equal("00000000000000ef", span.GetProperty("parentSpanId").GetString());
        Assert.Equal(1, span.GetProperty("kind").GetInt32());
        Assert.Equal("1800000000005000000", span.GetProperty("endTimeUnixNano").GetString());
        Assert.Equal((2, "broke"), (span.GetProperty("status").GetProperty("code").GetInt32(), span.GetProperty("status").GetProperty("message").GetString()));
        Assert.Equal("0000000000000004", span.GetProperty("links")[0].GetProperty("spanId").GetString());
        Assert.Equal(
            """[{"key":"text","value":{"stringValue":"t"}},{"key":"whole","value":{"intValue":"7"}},{"key":"part","value":{"doubleValue":0.5}},{"key":"truth","value":{"boolValue":true}},{"key":"list","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"2"}]}}}]""",
            span.GetProperty("attributes").GetRawText());
    }

    [Fact]
    public async Task Traces_AreFilteredAndLimited()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        await SendAsync(dashboard, "traces", Sample.Traces("api", Sample.Span(1, 1, 0, "one", 0, 1), Sample.Span(2, 2, 0, "two", 5, 6, ("city", "Berlin")).Failed("broke")));
        await SendAsync(dashboard, "traces", Sample.Traces("worker", Sample.Span(3, 3, 0, "three", 9, 10)));

        Assert.Equal(["one", "two", "three"], await NamesAsync(dashboard, "/api/telemetry/traces"));
        Assert.Equal(["three"], await NamesAsync(dashboard, "/api/telemetry/traces?limit=1"));
        Assert.Equal(["two"], await NamesAsync(dashboard, "/api/telemetry/traces?hasError=true"));
        Assert.Equal(["one", "three"], await NamesAsync(dashboard, "/api/telemetry/traces?hasError=false"));
        Assert.Equal(["three"], await NamesAsync(dashboard, "/api/telemetry/traces?resource=worker"));
        Assert.Equal(["one", "two", "three"], await NamesAsync(dashboard, "/api/telemetry/traces?resource=worker&resource=api-1"));
        Assert.Equal(["two"], await NamesAsync(dashboard, "/api/telemetry/traces?search=berlin"));
        Assert.Equal(["two"], await NamesAsync(dashboard, $"/api/telemetry/spans?traceId={Sample.TraceId(2)}"));
        Assert.Empty(await NamesAsync(dashboard, "/api/telemetry/spans?traceId=nonsense"));
        Assert.Equal(["two", "three"], await NamesAsync(dashboard, "/api/telemetry/spans?limit=2"));
    }

    [Fact]
    public async Task Logs_CarryTheirIds_AndAreFiltered()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        await SendAsync(dashboard, "logs", Sample.Logs("api", Sample.Log("quiet"), Sample.Log("loud", SeverityNumber.Error, 5, 6)));

        using var document = await GetAsync(dashboard, "/api/telemetry/logs?severity=warning");
        var scope = document.RootElement.GetProperty("data").GetProperty("resourceLogs")[0].GetProperty("scopeLogs")[0];
        Assert.Equal("Sample.Category", scope.GetProperty("scope").GetProperty("name").GetString());
        var log = Assert.Single(scope.GetProperty("logRecords").EnumerateArray());
        Assert.Equal("loud", log.GetProperty("body").GetProperty("stringValue").GetString());
        Assert.Equal((Sample.TraceId(5), Sample.SpanId(6)), (log.GetProperty("traceId").GetString(), log.GetProperty("spanId").GetString()));
        Assert.Equal(17, log.GetProperty("severityNumber").GetInt32());

        using var ofTrace = await GetAsync(dashboard, $"/api/telemetry/logs?traceId={Sample.TraceId(5)}");
        Assert.Equal(1, ofTrace.RootElement.GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Resources_SayWhatTheyHaveSent()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        await SendAsync(dashboard, "logs", Sample.Logs("api", Sample.Log("quiet")));
        using var document = await GetAsync(dashboard, "/api/telemetry/resources");
        Assert.Equal("""[{"name":"api","instanceId":"api-1","displayName":"api","hasLogs":true,"hasTraces":false,"hasMetrics":false}]""", document.RootElement.GetRawText());
    }

    [Theory]
    [InlineData("/api/telemetry/traces?resource=nobody")]
    [InlineData("/api/telemetry/traces/00000000000000000000000000000009")]
    [InlineData("/api/telemetry/traces/nonsense")]
    [InlineData("/api/journeys/00000000000000000000000000000009")]
    [InlineData("/api/resources/nobody")]
    public async Task WhatIsNotThere_IsNotFound(string path)
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var script = dashboard.CreateScript();
        using var answer = await script.GetAsync(path, Token);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    private static async Task<JsonDocument> GetAsync(DashboardApp dashboard, string path)
    {
        using var script = dashboard.CreateScript();
        return JsonDocument.Parse(await script.GetStringAsync(path, Token));
    }

    private static async Task<IReadOnlyList<string?>> NamesAsync(DashboardApp dashboard, string path)
    {
        using var document = await GetAsync(dashboard, path);
        return
        [
            .. document.RootElement.GetProperty("data").GetProperty("resourceSpans").EnumerateArray()
                .SelectMany(group => group.GetProperty("scopeSpans").EnumerateArray())
                .SelectMany(scope => scope.GetProperty("spans").EnumerateArray())
                .Select(span => span.GetProperty("name").GetString()),
        ];
    }

    private static async Task SendAsync(DashboardApp dashboard, string signal, IMessage message)
    {
        using var sender = dashboard.CreateSender();
        using var body = new ByteArrayContent(message.ToByteArray());
        body.Headers.ContentType = new("application/x-protobuf");
        using var answer = await sender.PostAsync($"/v1/{signal}", body, Token);
        answer.EnsureSuccessStatusCode();
    }
}
