using Google.Protobuf;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Trace.V1;
using static Aspire.Dashboard.Tests.Sample;
using Kind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind;

namespace Aspire.Dashboard.Tests.Browser;

/// <summary>What the application sends when certain things happen, with the contract's names. Sent through the receiver's door.</summary>
internal static class Stories
{
    public const ulong Registration = 0x1001;
    public const ulong Welcome = 0x1002;
    public const ulong Submission = 0x2001;
    public const ulong FirstAttempt = 0x2002;
    public const ulong Payment = 0x4bf9_2f35_77b3_4da6;

    /// <summary>Somebody registers while SMTP is slow: the answer after 9 ms; after it, 3 s of mail, then the audit.</summary>
    public static async Task TellRegistrationAsync(this DashboardApp app)
    {
        await app.SendAsync("v1/traces", Traces("api",
            Span(Registration, 1, 0, "POST /forge/register", 0, 9.2, ("forge.lane", "request"), ("http.request.method", "POST"), ("http.route", "/forge/register"), ("http.response.status_code", 201), ("url.path", "/forge/register")).OfKind(Kind.Server),
            Span(Registration, 2, 1, "hash password", 0.9, 5.4),
            Span(Registration, 3, 1, "INSERT forgedb.users", 5.8, 8.3, ("db.system.name", "postgresql"), ("db.query.text", "insert into users (id, email, name) values ($1, $2, $3)")).OfKind(Kind.Client)));
        await app.SendAsync("v1/traces", Traces("api",
            Span(Welcome, 11, 0, "post-response POST /forge/register", 9.6, 3041, ("forge.lane", "post_response")).LinkedTo(Registration, 1),
            Span(Welcome, 12, 11, "task welcome-email", 10, 3015, ("forge.lane", "post_response"), ("forge.task.name", "welcome-email"), ("forge.task.position", 0)),
            Span(Welcome, 13, 12, "smtp send", 12, 3012, ("server.address", "localhost"), ("server.port", 5325)).OfKind(Kind.Client),
            Span(Welcome, 14, 11, "task registration-audit", 3016, 3040, ("forge.lane", "post_response"), ("forge.task.name", "registration-audit"), ("forge.task.position", 1)),
            Span(Welcome, 15, 14, "INSERT forgedb.audit", 3020, 3038, ("db.system.name", "postgresql")).OfKind(Kind.Client)));
        await app.SendAsync("v1/logs", Logs("api",
            Log("welcome_email_started for ada@example.com", SeverityNumber.Info, Welcome, 12),
            Log("welcome_email_sent after 3002 ms", SeverityNumber.Info, Welcome, 12),
            Log("registration_audit_written", SeverityNumber.Info, Welcome, 14)));
    }

    /// <summary>Somebody submits a job that fails twice and then succeeds: 12 ms of request, half a minute of job.</summary>
    public static async Task TellFailingJobAsync(this DashboardApp app)
    {
        await app.SendAsync("v1/traces", Traces("api",
            Span(Submission, 21, 0, "POST /forge/jobs", 0, 12, ("forge.lane", "request"), ("http.request.method", "POST"), ("http.response.status_code", 202)).OfKind(Kind.Server),
            Span(Submission, 22, 21, "send default", 3, 10, ("messaging.system", "forge"), ("messaging.operation.type", "send"), ("messaging.destination.name", "default"), ("messaging.message.id", "job-1")).OfKind(Kind.Producer)));
        (double Begin, double End, string? Error)[] attempts = [(450, 890, "The gateway did not answer within 400 ms"), (2100, 2700, "The gateway said 503"), (7300, 8100, null)];
        for (var index = 0; index < attempts.Length; index++)
        {
            var (begin, end, error) = attempts[index];
            var (trace, root) = (FirstAttempt + (ulong)index, 31 + ((ulong)index * 10));
            var process = Span(trace, root, 0, "process default", begin, end, ("forge.lane", "durable"), ("messaging.system", "forge"), ("messaging.message.id", "job-1"), ("forge.job.kind", "demo.fail"), ("forge.job.attempt", index + 1)).OfKind(Kind.Consumer).LinkedTo(Submission, 22);
            var call = Span(trace, root + 1, root, "POST", begin + 20, end - 10, ("http.request.method", "POST"), ("url.full", "http://localhost:5300/v1/payments/capture")).OfKind(Kind.Client);
            if (error is not null)
            {
                process.Failed(error).Events.Add(Exception(end - 5, "Forge.GatewayException", error));
            }

            await app.SendAsync("v1/traces", Traces("worker", process, call));
            await app.SendAsync("v1/logs", Logs("worker", Log(error ?? "Job job-1 completed", error is null ? SeverityNumber.Info : SeverityNumber.Error, trace, root)));
        }
    }

    /// <summary>Somebody pays: the answer after 14 ms, a counter after it, and a job that the gateway refuses once.</summary>
    public static async Task TellPaymentAsync(this DashboardApp app)
    {
        const ulong After = 0x8f3c_21d7_6b5a_e902;
        const ulong First = 0xc471_09be_d3f2_5a68;
        const ulong Second = 0x1d96_e4a0_725b_c83f;
        await app.SendAsync("v1/traces", Traces("api",
            Span(Payment, 0x51a3_7cde_9f02_b641, 0, "POST /forge/payments", 0, 14.1, ("forge.lane", "request"), ("http.request.method", "POST"), ("http.route", "/forge/payments"), ("http.response.status_code", 202), ("url.scheme", "http"), ("server.address", "localhost"), ("server.port", 5200)).OfKind(Kind.Server),
            Span(Payment, 0x62b4, 0x51a3_7cde_9f02_b641, "send payments", 2.2, 11.8, ("forge.lane", "request"), ("messaging.system", "forge"), ("messaging.operation.type", "send"), ("messaging.destination.name", "payments"), ("messaging.message.id", "0199f2a4")).OfKind(Kind.Producer),
            Span(Payment, 0x62b5, 0x62b4, "INSERT forgedb.payments", 3.1, 7.4, ("db.system.name", "postgresql")).OfKind(Kind.Client),
            Span(Payment, 0x62b6, 0x62b4, "COMMIT forgedb", 7.6, 11.5, ("db.system.name", "postgresql")).OfKind(Kind.Client)));
        await app.SendAsync("v1/traces", Traces("api",
            Span(After, 0x71, 0, "post-response POST /forge/payments", 14.6, 268, ("forge.lane", "post_response")).LinkedTo(Payment, 0x51a3_7cde_9f02_b641),
            Span(After, 0x72, 0x71, "task count-payment", 15, 265, ("forge.lane", "post_response"))));
        await app.SendAsync("v1/traces", Traces("worker",
            AttemptOfPayment(First, 1, 19, 420).Failed("The gateway answered 503"),
            Span(First, 0x82, 0x81, "POST /v1/payments/capture", 31, 412, ("http.response.status_code", 503)).OfKind(Kind.Client).Failed("503")));
        await app.SendAsync("v1/traces", Traces("worker",
            AttemptOfPayment(Second, 2, 1480, 1931),
            Span(Second, 0x82, 0x81, "POST /v1/payments/capture", 1493, 1874, ("http.response.status_code", 200)).OfKind(Kind.Client),
            Span(Second, 0x83, 0x81, "INSERT forgedb.ledger", 1880, 1926, ("db.system.name", "postgresql")).OfKind(Kind.Client)));

        static Span AttemptOfPayment(ulong trace, int attempt, double begin, double end) =>
            Span(trace, 0x81, 0, "process payments", begin, end, ("forge.lane", "durable"), ("messaging.system", "forge"), ("messaging.message.id", "0199f2a4"), ("forge.job.kind", "payment.capture"), ("forge.job.attempt", attempt)).OfKind(Kind.Consumer).LinkedTo(Payment, 0x62b4);
    }

    public static async Task SendAsync(this DashboardApp app, string path, IMessage message)
    {
        using var sender = app.CreateSender();
        using var content = new ByteArrayContent(message.ToByteArray());
        content.Headers.ContentType = new("application/x-protobuf");
        using var answer = await sender.PostAsync(path, content, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static Span.Types.Event Exception(double time, string type, string message) => new()
    {
        Name = "exception",
        TimeUnixNano = Nanos(time),
        Attributes = { Attribute("exception.type", type), Attribute("exception.message", message), Attribute("exception.stacktrace", $"{type}: {message}\n   at Forge.Payments.Gateway.CaptureAsync()\n   at Forge.Jobs.Worker.RunAsync()") },
    };
}
