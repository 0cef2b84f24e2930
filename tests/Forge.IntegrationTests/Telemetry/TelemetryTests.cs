using System.Net.Http.Json;
using Forge.Contracts;
using Refit;

namespace Forge.IntegrationTests.Telemetry;

/// <summary>Everything that the running application exports by OTLP, also what the other tests made it do, held against the contract's names.</summary>
public sealed class TelemetryTests(AppFixture fixture)
{
    private static readonly string[] Lanes = ["request", "post_response", "durable"];

    private static readonly string[] Services = ["api", "worker", "web", "sandbox"];

    private const string RedisScope = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    private static readonly string[] Scopes =
    [
        "Microsoft.AspNetCore", "System.Net.Http", "Npgsql", RedisScope, "MailKit.Net.SmtpClient", "Forge.PostResponse", "Forge.Jobs",
    ];

    private readonly Exported _exported = new(fixture);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Registration_IsARequestTrace_AndALinkedTraceOfWhatFollows()
    {
        var request = await RegisterAsync();
        var spans = await WaitForAsync(all => all.Any(span => span.Name == "task registration-audit" && IsLinkedTo(RootOf(all, span), request)), "the tasks of a registration");

        var server = spans.Single(span => span.TraceId == request && span.IsRoot);
        Assert.Equal(("POST /forge/register", SpanKind.Server, "request"), (server.Name, server.Kind, server["forge.lane"]));
        var batch = Assert.Single(spans, span => span.IsRoot && IsLinkedTo(span, request));
        Assert.Equal(("post-response POST /forge/register", SpanKind.Internal, "post_response"), (batch.Name, batch.Kind, batch["forge.lane"]));
        Assert.Equal(server.SpanId, Assert.Single(batch.Links).SpanId);
        Assert.Equal(request, batch["forge.request.trace_id"]);
        Assert.True(batch.Start >= server.End, $"{batch} began before {server} had ended.");

        var tasks = spans.Where(span => span.ParentSpanId == batch.SpanId).OrderBy(span => span.Start).ToList();
        Assert.Equal(["task welcome-email", "task registration-audit"], tasks.Select(task => task.Name));
        Assert.Equal(["welcome-email", "registration-audit"], tasks.Select(task => task["forge.task.name"]));
        Assert.Equal(["1", "2"], tasks.Select(task => task["forge.task.position"]));
        Assert.All(tasks, task => Assert.Equal("post_response", task["forge.lane"]));

        var logs = await Eventually.GetAsync(_exported.LogsAsync, all => all.Any(log => log.EventName == "registration_audit_written" && log.TraceId == batch.TraceId), "the log of the audit task");
        var sent = Assert.Single(logs, log => log.EventName == "welcome_email_sent" && log.TraceId == batch.TraceId);
        Assert.Equal(tasks[0].SpanId, sent.SpanId);
    }

    [Fact]
    public async Task AJobThatFailsTwice_IsThreeTracesThatLinkToWhereItWasSent()
    {
        using var client = await fixture.CreateUserClientAsync(Cancelled);
        var api = RestService.ForGenerated<IForgeApi>(client);
        var failing = await api.EnqueueJobAsync(JobTests.Enqueue(JobKinds.DemoFail, new DemoFailPayload(2)), Cancelled);
        var delayed = await api.EnqueueJobAsync(JobTests.Enqueue(JobKinds.DemoNoop, new DemoNoopPayload()) with { DelaySeconds = 1 }, Cancelled);

        var spans = await WaitForAsync(all => AttemptsOf(all, failing.Id).Count == 3 && AttemptsOf(all, delayed.Id).Count == 1, "the attempts of both jobs");
        var attempts = AttemptsOf(spans, failing.Id);
        Assert.Equal(["1", "2", "3"], attempts.Select(attempt => attempt["forge.job.attempt"]));
        Assert.Equal([true, true, false], attempts.Select(attempt => attempt.IsError));
        Assert.Equal([true, true, false], attempts.Select(attempt => attempt["error.type"] is not null));
        Assert.Equal(3, attempts.Select(attempt => attempt.TraceId).Distinct().Count());
        foreach (var (job, attempt) in attempts.Select(attempt => (failing.Id, attempt)).Append((delayed.Id, AttemptsOf(spans, delayed.Id)[0])))
        {
            Assert.Equal("worker", attempt.Service);
            var link = Assert.Single(attempt.Links);
            var send = Assert.Single(spans, span => span.TraceId == link.TraceId && span.SpanId == link.SpanId);
            Assert.Equal(($"send default {attempt["forge.job.kind"]}", SpanKind.Producer, job.ToString()), (send.Name, send.Kind, send["messaging.message.id"]));
            Assert.Equal("POST /forge/jobs", RootOf(spans, send).Name);
            Assert.Equal(send.TraceId, attempt["forge.request.trace_id"]);
        }
    }

    [Fact]
    public async Task EverySpan_IsAsTheContractSays()
    {
        await RegisterAsync();
        await fixture.CreateApi().GetWeatherAsync("Berlin", Cancelled);
        using var api = fixture.CreateClient("api");
        using var health = await api.GetAsync("/health", Cancelled);
        health.EnsureSuccessStatusCode();

        using var user = await fixture.CreateUserClientAsync(Cancelled);
        await RestService.ForGenerated<IForgeApi>(user).EnqueueJobAsync(JobTests.Enqueue(JobKinds.DemoSleep, new DemoSleepPayload(500)), Cancelled);

        var spans = await WaitForAsync(
            all => all.Any(span => span.Name == "GET /forge/weather/{city}") && all.Any(span => span.Name == "task registration-audit") && all.Any(span => span.Scope == RedisScope),
            "weather, registration and the announced progress of a job");
        foreach (var trace in spans.GroupBy(span => span.TraceId))
        {
            var lanes = trace.Select(span => span["forge.lane"]).OfType<string>().Distinct().ToList();
            Assert.True(lanes.Count <= 1, $"Trace {trace.Key} mixes {string.Join(", ", lanes)}: {string.Join("; ", trace)}");
        }

        Assert.All(spans, span => Assert.Contains(span.Service, Services));
        Assert.All(spans, span => Assert.Contains(span.Scope, Scopes));
        Assert.All(spans.Where(span => span.IsRoot), AssertRoot);
        Assert.All(spans.Where(span => span.Scope == "Forge.Jobs"), span => AssertMessaging(spans, span));
        Assert.All(spans.Where(span => span.Scope == "Forge.PostResponse"), span => Assert.Equal("post_response", span["forge.lane"]));
        Assert.All(spans.Where(span => span is { Scope: "Microsoft.AspNetCore", Kind: SpanKind.Server }), AssertServer);
        Assert.All(spans.Where(span => span.Scope == "System.Net.Http"), AssertClient);
        // A span without a query is that of a connection which had to be opened on the way.
        Assert.All(spans.Where(span => span.Scope == "Npgsql"), span => Assert.Equal((SpanKind.Client, "postgresql", span["db.query.summary"] ?? "CONNECT forgedb"), (span.Kind, span["db.system.name"], span.Name)));
        Assert.Contains(spans, span => span.Name == "INSERT audit_log");
        // The Redis instrumentation of Aspire 13.6.5 still writes the attribute's former name.
        Assert.All(spans.Where(span => span.Scope == RedisScope), span => Assert.Equal((SpanKind.Client, "redis"), (span.Kind, span["db.system.name"] ?? span["db.system"])));
    }

    private static void AssertRoot(ExportedSpan root)
    {
        Assert.True(Lanes.Contains(root["forge.lane"]), $"{root} is a root without a lane.");
        Assert.True(root.Kind != SpanKind.Client, $"{root} belongs to nothing: polling is not traced.");
        var hasRequest = root["forge.lane"] != "request" && root.Kind != SpanKind.Producer;
        Assert.True(root["forge.request.trace_id"] is not null == hasRequest, $"{root} names {root["forge.request.trace_id"] ?? "no trace"} as its request's.");
        switch (root["forge.lane"])
        {
            case "request":
                Assert.Equal(SpanKind.Server, root.Kind);
                break;
            case "post_response":
                Assert.StartsWith("post-response ", root.Name, StringComparison.Ordinal);
                Assert.True(root.Links.Count == 1, $"{root} links to {root.Links.Count} spans, not to its request.");
                break;
            default:
                Assert.True(root.Kind == SpanKind.Producer || root.Links.Count == 1, $"{root} does not link to where it was sent.");
                break;
        }
    }

    private static void AssertMessaging(IReadOnlyList<ExportedSpan> all, ExportedSpan span)
    {
        // Below a remote caller the lane is the caller's, and only its own root says it.
        Assert.True(span["forge.lane"] is not null || RootOf(all, span).Service != span.Service, $"{span} names no lane.");
        var operation = span.Kind == SpanKind.Producer ? "send" : "process";
        Assert.Equal(span.Kind == SpanKind.Producer ? SpanKind.Producer : SpanKind.Consumer, span.Kind);
        Assert.Equal($"{operation} {span["messaging.destination.name"]} {span["forge.job.kind"]}".TrimEnd(), span.Name);
        Assert.Equal(("forge", operation, operation), (span["messaging.system"], span["messaging.operation.name"], span["messaging.operation.type"]));
        if (operation == "process")
        {
            Assert.True(span.IsRoot, $"{span} is not the root of its attempt.");
            Assert.Equal("durable", span["forge.lane"]);
            Assert.NotNull(span["messaging.message.id"]);
            Assert.NotNull(span["forge.job.kind"]);
            Assert.NotNull(span["forge.job.attempt"]);
        }
    }

    private static void AssertServer(ExportedSpan span)
    {
        Assert.NotNull(span["http.request.method"]);
        Assert.NotNull(span["http.response.status_code"]);
        Assert.NotNull(span["url.path"]);
        Assert.Equal(span["http.route"] is { } route ? $"{span["http.request.method"]} {route}" : span["http.request.method"], span.Name);
        Assert.False(span["http.route"] is { Length: > 1 } path && path.EndsWith('/'), $"{span} names a route that nobody wrote down.");
        Assert.False(span["url.path"] is "/health" or "/alive", $"{span} is a health check.");
        Assert.True(span.IsRoot || span["forge.lane"] is null, $"{span} has a caller, whose lane it is part of.");
    }

    private static void AssertClient(ExportedSpan span)
    {
        Assert.Equal(SpanKind.Client, span.Kind);
        Assert.NotNull(span["http.request.method"]);
        Assert.NotNull(span["server.address"]);
        Assert.DoesNotContain("opentelemetry.proto", span["url.full"] ?? "", StringComparison.Ordinal);
    }

    private static ExportedSpan RootOf(IReadOnlyList<ExportedSpan> all, ExportedSpan span) => all.FirstOrDefault(other => other.IsRoot && other.TraceId == span.TraceId) ?? span;

    private static bool IsLinkedTo(ExportedSpan span, string traceId) => span.Links.Any(link => link.TraceId == traceId);

    private static List<ExportedSpan> AttemptsOf(IReadOnlyList<ExportedSpan> all, Guid jobId) =>
        [.. all.Where(span => span.Kind == SpanKind.Consumer && span["messaging.message.id"] == jobId.ToString()).OrderBy(span => span.Start)];

    private Task<IReadOnlyList<ExportedSpan>> WaitForAsync(Func<IReadOnlyList<ExportedSpan>, bool> isThere, string what) => Eventually.GetAsync(_exported.SpansAsync, isThere, what);

    // The name of the caller tells this registration from those of the other tests.
    private async Task<string> RegisterAsync()
    {
        var caller = $"telemetry-test/{Guid.NewGuid():N}";
        using var client = fixture.CreateClient("api");
        client.DefaultRequestHeaders.Add("User-Agent", caller);
        using var answer = await client.PostAsJsonAsync("/forge/register", new RegisterRequest(AppFixture.NewEmail(), "Ada"), Cancelled);
        answer.EnsureSuccessStatusCode();
        var spans = await WaitForAsync(all => all.Any(span => span["user_agent.original"] == caller), "the span of a registration");
        return spans.Single(span => span["user_agent.original"] == caller).TraceId;
    }
}
