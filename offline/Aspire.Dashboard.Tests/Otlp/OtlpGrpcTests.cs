using Aspire.Dashboard.Telemetry;
using Google.Protobuf;
using Grpc.Core;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Aspire.Dashboard.Tests.Otlp;

public sealed class OtlpGrpcTests
{
    private const string Traces = "opentelemetry.proto.collector.trace.v1.TraceService";
    private const string Logs = "opentelemetry.proto.collector.logs.v1.LogsService";
    private const string Metrics = "opentelemetry.proto.collector.metrics.v1.MetricsService";
    private const int MiB = 1 << 20;

    private static readonly Metadata Key = new() { { "x-otlp-api-key", DashboardApp.OtlpKey } };
    private static readonly Metadata KeyAndGzip = new() { { "x-otlp-api-key", DashboardApp.OtlpKey }, { "grpc-internal-encoding-request", "gzip" } };

    [Fact]
    public async Task Export_OfEachSignal_IsKept()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        await ExportAsync(dashboard, Traces, Sample.Traces("api", Sample.Span(1, 2, 0, "GET /", 0, 5)), Key);
        await ExportAsync(dashboard, Logs, Sample.Logs("api", Sample.Log("hello")), Key);
        await ExportAsync(dashboard, Metrics, Sample.Metrics("worker", Sample.Counter("sent", 0, 3)), Key);

        Assert.Equal("GET /", Assert.Single(dashboard.Store.Traces.Find(new TraceQuery()).Items).Name);
        Assert.Equal("hello", Assert.Single(dashboard.Store.Logs.Find(new LogQuery()).Items).Message);
        Assert.Equal("sent", Assert.Single(dashboard.Store.Metrics.Instruments([])).Name);
        Assert.Equal(
            [("api", true, true, false), ("worker", false, false, true)],
            dashboard.Store.Resources.All.Select(resource => (resource.Name, resource.HasTraces, resource.HasLogs, resource.HasMetrics)));
    }

    [Fact]
    public async Task Export_WhenCompressed_IsKept()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        await ExportAsync(dashboard, Traces, Sample.Traces("api", Sample.Span(1, 2, 0, "GET /", 0, 5)), KeyAndGzip);
        Assert.Equal(1, dashboard.Store.Traces.SpanCount);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    [InlineData(DashboardApp.ApiKey)]
    public async Task Export_WithoutTheSendersKey_IsUnauthenticated(string? key)
    {
        await using var dashboard = await DashboardApp.StartAsync();
        Metadata metadata = key is null ? [] : new() { { "x-otlp-api-key", key } };
        var refused = await Assert.ThrowsAsync<RpcException>(() => ExportAsync(dashboard, Traces, Sample.Traces("api", Sample.Span(1, 2, 0, "GET /", 0, 5)), metadata));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Equal(0, dashboard.Store.Traces.SpanCount);
    }

    [Theory]
    [InlineData(Traces)]
    [InlineData(Logs)]
    [InlineData(Metrics)]
    public async Task Export_OfAMalformedMessage_IsAnInvalidArgument(string service)
    {
        await using var dashboard = await DashboardApp.StartAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(() => ExportAsync(dashboard, service, [0x0a, 0xff, 0xff, 0x01, 0x02], Key));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_OfMoreThanTheBound_IsExhausted(bool isCompressed)
    {
        // Zeros, which gzip makes a thousandth of: what counts is what they become.
        await using var dashboard = await DashboardApp.StartAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(() => ExportAsync(dashboard, Traces, new byte[40 * MiB], isCompressed ? KeyAndGzip : Key));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);

        // And the receiver goes on.
        await ExportAsync(dashboard, Traces, Sample.Traces("api", Sample.Span(1, 2, 0, "GET /", 0, 5)), Key);
        Assert.Equal(1, dashboard.Store.Traces.SpanCount);
    }

    [Fact]
    public async Task Export_OfSpansWithoutIds_TellsHowManyWereLeftOut()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        var nameless = Sample.Span(1, 2, 0, "no id", 0, 5);
        nameless.SpanId = ByteString.CopyFrom(1, 2, 3);
        var answer = await ExportAsync(dashboard, Traces, Sample.Traces("api", nameless, Sample.Span(1, 3, 0, "GET /", 0, 5)), Key);
        Assert.Equal(1, ExportTraceServiceResponse.Parser.ParseFrom(answer).PartialSuccess.RejectedSpans);
        Assert.Equal(1, dashboard.Store.Traces.SpanCount);
    }

    [Fact]
    public void Services_AreThoseOfTheProtocol()
    {
        Assert.Equal(Traces, TraceServiceReflection.Descriptor.Services[0].FullName);
        Assert.Equal(Logs, LogsServiceReflection.Descriptor.Services[0].FullName);
        Assert.Equal(Metrics, MetricsServiceReflection.Descriptor.Services[0].FullName);
    }

    private static Task<byte[]> ExportAsync(DashboardApp dashboard, string service, IMessage message, Metadata metadata) =>
        ExportAsync(dashboard, service, message.ToByteArray(), metadata);

    private static async Task<byte[]> ExportAsync(DashboardApp dashboard, string service, byte[] message, Metadata metadata)
    {
        var bytes = Marshallers.Create(static (byte[] content) => content, static content => content);
        var method = new Method<byte[], byte[]>(MethodType.Unary, service, "Export", bytes, bytes);
        using var channel = dashboard.CreateChannel();
        var options = new CallOptions(metadata, cancellationToken: TestContext.Current.CancellationToken);
        return await channel.CreateCallInvoker().AsyncUnaryCall(method, host: null, options, message);
    }
}
