using System.Diagnostics;
using System.Text.Json;
using Aspire.Dashboard.Otlp;
using Aspire.Dashboard.Telemetry;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Tests.Telemetry;

/// <summary>A hundred thousand spans and log lines like those of a service. What it costs goes to the output; only what does not depend on the machine's speed is asserted. Not beside other tests: their memory, some of it tens of MiB, would be counted as the store's.</summary>
[CollectionDefinition(nameof(VolumeTests), DisableParallelization = true)]
[Collection(nameof(VolumeTests))]
public sealed class VolumeTests(ITestOutputHelper output)
{
    private const int Count = 100_000;
    private const int Batch = 500;
    private const int SpansPerTrace = 5;
    private const long MaxHeapBytes = 250L << 20;

    [Fact]
    public void Store_KeepsAHundredThousandOfEach_InAFewHundredBytesPiece()
    {
        var limits = new TelemetryLimits();
        var store = new TelemetryStore(limits, new ChangeNotes(TimeProvider.System));
        var reader = new TelemetryReader(store, limits);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        for (var first = 0; first < Count; first += Batch)
        {
            // Through the wire's form, so that no text is shared that would not be.
            reader.Add(ExportTraceServiceRequest.Parser.ParseFrom(Sample.Traces("api", Enumerable.Range(first, Batch).Select(Span)).ToByteArray()));
            reader.Add(ExportLogsServiceRequest.Parser.ParseFrom(Sample.Logs("api", Enumerable.Range(first, Batch).Select(Log)).ToByteArray()));
        }

        output.WriteLine($"taking in: {clock.ElapsedMilliseconds} ms");
        var heap = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"heap: {heap >> 20} MiB");

        Assert.Equal((Count, Count), (store.Traces.SpanCount, store.Logs.Count));
        Assert.Equal((0L, 0L), (store.Traces.DroppedCount, store.Logs.DroppedCount));
        Assert.InRange(heap, 1, MaxHeapBytes);
        Assert.Equal(Count / SpansPerTrace, Measure("list", () => store.Traces.Find(new TraceQuery())).TotalCount);
        Assert.Equal(Count / SpansPerTrace, Measure("list of a lane", () => store.Traces.Find(new TraceQuery { Lane = Lane.Request })).TotalCount);
        Assert.Equal(1, Measure("list by text", () => store.Traces.Find(new TraceQuery { Text = "customer-99999@example.com" })).TotalCount);
        Assert.Equal(1, Measure("logs by text", () => store.Logs.Find(new LogQuery { Text = "order 99999 " })).TotalCount);
        Assert.Equal(SpansPerTrace, Measure("logs of a trace", () => store.Logs.Find(new LogQuery { TraceId = new TraceId(1) })).TotalCount);
    }

    [Fact]
    public async Task Dashboard_TakesAHundredThousandOfEach_AndListsThem()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var sender = dashboard.CreateSender();
        var clock = Stopwatch.StartNew();
        for (var first = 0; first < Count; first += Batch)
        {
            await SendAsync(sender, "/v1/traces", Sample.Traces("api", Enumerable.Range(first, Batch).Select(Span)));
            await SendAsync(sender, "/v1/logs", Sample.Logs("api", Enumerable.Range(first, Batch).Select(Log)));
        }

        output.WriteLine($"sending and taking in: {clock.ElapsedMilliseconds} ms");
        using var script = dashboard.CreateScript();
        for (var time = 1; time <= 3; time++)
        {
            clock.Restart();
            using var answer = JsonDocument.Parse(await script.GetStringAsync("/api/telemetry/traces?limit=100", TestContext.Current.CancellationToken));
            output.WriteLine($"list over HTTP, time {time}: {clock.Elapsed.TotalMilliseconds:0.0} ms");
            Assert.Equal((Count / SpansPerTrace, 100), (answer.RootElement.GetProperty("totalCount").GetInt32(), answer.RootElement.GetProperty("returnedCount").GetInt32()));
        }

        output.WriteLine($"memory of this process, senders and tests included: {Environment.WorkingSet >> 20} MiB");
    }

    private static async Task SendAsync(HttpClient sender, string path, IMessage message)
    {
        using var body = new ByteArrayContent(message.ToByteArray());
        body.Headers.ContentType = new("application/x-protobuf");
        using var answer = await sender.PostAsync(path, body, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private T Measure<T>(string what, Func<T> query)
    {
        query();
        var clock = Stopwatch.StartNew();
        var result = query();
        output.WriteLine($"{what}: {clock.Elapsed.TotalMilliseconds:0.0} ms");
        return result;
    }

    private static Span Span(int number)
    {
        var trace = (ulong)(number / SpansPerTrace) + 1;
        var isRoot = number % SpansPerTrace == 0;
        return isRoot
            ? Sample.Span(
                trace, (ulong)number + 1, 0, "POST /forge/register", number, number + 20,
                ("forge.lane", "request"), ("http.request.method", "POST"), ("server.address", "localhost"), ("server.port", 5200), ("user_agent.original", "curl/7.88.1"),
                ("url.scheme", "http"), ("url.path", $"/forge/users/{number}"), ("http.route", "/forge/register"), ("http.response.status_code", 201), ("network.protocol.version", "1.1"))
            : Sample.Span(
                trace, (ulong)number + 1, trace, "postgresql", number, number + 5,
                ("db.query.text", "INSERT INTO users (id, email, normalized_email, username) VALUES ($1, $2, $3, $4) ON CONFLICT (normalized_email) DO NOTHING"),
                ("db.system.name", "postgresql"), ("db.namespace", "forgedb"), ("server.address", "localhost"), ("server.port", 5432), ("customer", $"customer-{number}@example.com"), ("db.npgsql.connection_id", 7193));
    }

    private static LogRecord Log(int number)
    {
        var log = Sample.Log($"The order {number} of customer-{number}@example.com was taken, paid and sent on its way", SeverityNumber.Info, (ulong)(number / SpansPerTrace) + 1, (ulong)number + 1);
        log.Attributes.Add(Sample.Attribute("OrderId", number));
        log.Attributes.Add(Sample.Attribute("Customer", $"customer-{number}@example.com"));
        log.Attributes.Add(Sample.Attribute("{OriginalFormat}", "The order {OrderId} of {Customer} was taken, paid and sent on its way"));
        log.Attributes.Add(Sample.Attribute("RequestPath", "/forge/orders"));
        return log;
    }
}
