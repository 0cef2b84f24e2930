using System.IO.Compression;
using Google.Protobuf;
using Google.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Aspire.Dashboard.Otlp;

/// <summary>OTLP over HTTP with protobuf bodies, plain or gzip.</summary>
internal static class OtlpHttp
{
    private const string Protobuf = "application/x-protobuf";

    public static void MapOtlpHttp(this IEndpointRouteBuilder endpoints, TelemetryReader reader)
    {
        endpoints.MapPost("/v1/traces", context => ExportAsync(context, ExportTraceServiceRequest.Parser, reader.Add));
        endpoints.MapPost("/v1/logs", context => ExportAsync(context, ExportLogsServiceRequest.Parser, reader.Add));
        endpoints.MapPost("/v1/metrics", context => ExportAsync(context, ExportMetricsServiceRequest.Parser, reader.Add));
    }

    private static async Task ExportAsync<TRequest, TResponse>(HttpContext context, MessageParser<TRequest> parser, Func<TRequest, TResponse> add)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
    {
        IMessage answer;
        try
        {
            answer = add(parser.ParseFrom(await ReadBodyAsync(context.Request, context.RequestAborted)));
        }
        catch (RefusedException refused)
        {
            context.Response.StatusCode = refused.StatusCode;
            answer = new Status { Message = refused.Message };
        }
        catch (InvalidProtocolBufferException exception)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            answer = new Status { Message = $"Not an OTLP message: {exception.Message}" };
        }

        var body = answer.ToByteArray();
        context.Response.ContentType = Protobuf;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentType?.Split(';')[0].Trim().Equals(Protobuf, StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, $"The content type must be {Protobuf}.");
        }

        try
        {
            return request.Headers.ContentEncoding.ToString().ToLowerInvariant() switch
            {
                "" or "identity" => await ReadBoundedAsync(request.Body, cancellationToken),
                "gzip" => await UnzipBoundedAsync(request.Body, cancellationToken),
                var other => throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, $"The content encoding '{other}' is not known; gzip is."),
            };
        }
        catch (BadHttpRequestException exception)
        {
            throw new RefusedException(exception.StatusCode, exception.Message);
        }
        catch (InvalidDataException)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, "The body is not gzip.");
        }
    }

    private static async Task<byte[]> UnzipBoundedAsync(Stream body, CancellationToken cancellationToken)
    {
        await using var unzipped = new GZipStream(body, CompressionMode.Decompress);
        return await ReadBoundedAsync(unzipped, cancellationToken);
    }

    // The server bounds what it receives; this bounds what that becomes when it is unzipped.
    private static async Task<byte[]> ReadBoundedAsync(Stream body, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var part = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(part, cancellationToken)) > 0)
        {
            if (whole.Length + read > OtlpServer.MaxMessageBytes)
            {
                throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"A message may have at most {OtlpServer.MaxMessageBytes >> 20} MiB, also when unzipped.");
            }

            await whole.WriteAsync(part.AsMemory(0, read), cancellationToken);
        }

        return whole.ToArray();
    }

    private sealed class RefusedException(int statusCode, string message) : Exception(message)
    {
        public int StatusCode { get; } = statusCode;
    }
}
