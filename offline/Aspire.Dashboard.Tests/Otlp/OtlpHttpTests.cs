using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Aspire.Dashboard.Telemetry;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Aspire.Dashboard.Tests.Otlp;

public sealed class OtlpHttpTests
{
    private const int MiB = 1 << 20;

    private static readonly byte[] OneSpan = Sample.Traces("api", Sample.Span(1, 2, 0, "GET /", 0, 5)).ToByteArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_OfEachSignal_IsKept()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var sender = dashboard.CreateSender();
        using var traces = await sender.PostAsync("/v1/traces", Body(OneSpan), Token);
        using var logs = await sender.PostAsync("/v1/logs", Body(Sample.Logs("api", Sample.Log("hello")).ToByteArray()), Token);
        using var metrics = await sender.PostAsync("/v1/metrics", Body(Sample.Metrics("api", Sample.Histogram("wait", 0, [1, 2], [1, 0, 3])).ToByteArray()), Token);

        Assert.All([traces, logs, metrics], answer => Assert.Equal((HttpStatusCode.OK, "application/x-protobuf"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType)));
        Assert.Null(ExportTraceServiceResponse.Parser.ParseFrom(await traces.Content.ReadAsByteArrayAsync(Token)).PartialSuccess);
        Assert.Equal(1, dashboard.Store.Traces.SpanCount);
        Assert.Equal(1, dashboard.Store.Logs.Count);
        Assert.Equal(InstrumentKind.Histogram, Assert.Single(dashboard.Store.Metrics.Instruments([])).Kind);
    }

    [Fact]
    public async Task Export_WhenGzipped_IsKept()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await PostAsync(dashboard, Body(Zipped(OneSpan), encoding: "gzip")));
        Assert.Equal(1, dashboard.Store.Traces.SpanCount);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Export_WithoutTheSendersKey_IsUnauthorized(string? key)
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var sender = new HttpClient { BaseAddress = dashboard.OtlpHttpUrl };
        if (key is not null)
        {
            sender.DefaultRequestHeaders.Add("x-otlp-api-key", key);
        }

        using var answer = await sender.PostAsync("/v1/traces", Body(OneSpan), Token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(0, dashboard.Store.Traces.SpanCount);
    }

    [Fact]
    public async Task Export_OfWhatIsNoOtlp_IsABadRequest()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(dashboard, Body([0x0a, 0xff, 0xff, 0x01, 0x02])));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(dashboard, Body(OneSpan, encoding: "gzip")));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(dashboard, Body(Zipped(OneSpan)[..20], encoding: "gzip")));
        Assert.Equal(0, dashboard.Store.Traces.SpanCount);
    }

    [Fact]
    public async Task Export_InAnotherFormat_IsUnsupported()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(dashboard, Body("{}"u8.ToArray(), mediaType: "application/json")));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(dashboard, Body(OneSpan, encoding: "br")));
    }

    [Fact]
    public async Task Export_OfMoreThanTheBound_IsTooLarge()
    {
        await using var dashboard = await DashboardApp.StartAsync();

        // Zeros, which gzip makes a thousandth of: what counts is what they become.
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(dashboard, Body(Zipped(new byte[40 * MiB]), encoding: "gzip")));
        Assert.Equal("413", await AnnounceAsync(dashboard, 40 * MiB));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(dashboard, Body(OneSpan)));
    }

    [Fact]
    public async Task Export_ToAnotherHostName_IsRefused()
    {
        await using var dashboard = await DashboardApp.StartAsync();
        using var sender = dashboard.CreateSender();
        sender.DefaultRequestHeaders.Host = "rebound.example";
        using var answer = await sender.PostAsync("/v1/traces", Body(OneSpan), Token);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, dashboard.Store.Traces.SpanCount);
    }

    private static async Task<HttpStatusCode> PostAsync(DashboardApp dashboard, HttpContent body)
    {
        using var sender = dashboard.CreateSender();
        using var answer = await sender.PostAsync("/v1/traces", body, Token);
        return answer.StatusCode;
    }

    // By hand, because a client that sends the whole body first may find the connection closed before it reads the answer.
    private static async Task<string> AnnounceAsync(DashboardApp dashboard, int length)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("localhost", dashboard.OtlpHttpUrl.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nx-otlp-api-key: {DashboardApp.OtlpKey}\r\nContent-Type: application/x-protobuf\r\nContent-Length: {length}\r\n\r\n"), Token);
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(Token);
        return line!.Split(' ')[1];
    }

    private static ByteArrayContent Body(byte[] content, string? encoding = null, string mediaType = "application/x-protobuf")
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        if (encoding is not null)
        {
            body.Headers.ContentEncoding.Add(encoding);
        }

        return body;
    }

    private static byte[] Zipped(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return zipped.ToArray();
    }
}
