using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Aspire.Dashboard.Otlp;

/// <summary>OTLP over gRPC: the three services of the protocol.</summary>
/// <remarks>
/// Bound by hand rather than generated, because only its own way of reading a message can answer malformed ones with INVALID_ARGUMENT;
/// gRPC's would call it an error of this side.
/// </remarks>
internal sealed class OtlpGrpc(TelemetryReader reader)
{
    private ExportTraceServiceResponse Add(ExportTraceServiceRequest request) => reader.Add(request);

    private ExportLogsServiceResponse Add(ExportLogsServiceRequest request) => reader.Add(request);

    private ExportMetricsServiceResponse Add(ExportMetricsServiceRequest request) => reader.Add(request);

    /// <summary>Tells gRPC of the methods.</summary>
    internal sealed class Methods : IServiceMethodProvider<OtlpGrpc>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<OtlpGrpc> context)
        {
            context.AddUnaryMethod(
                Method("opentelemetry.proto.collector.trace.v1.TraceService", ExportTraceServiceRequest.Parser, ExportTraceServiceResponse.Parser),
                [],
                (service, request, _) => Task.FromResult(service.Add(request)));
            context.AddUnaryMethod(
                Method("opentelemetry.proto.collector.logs.v1.LogsService", ExportLogsServiceRequest.Parser, ExportLogsServiceResponse.Parser),
                [],
                (service, request, _) => Task.FromResult(service.Add(request)));
            context.AddUnaryMethod(
                Method("opentelemetry.proto.collector.metrics.v1.MetricsService", ExportMetricsServiceRequest.Parser, ExportMetricsServiceResponse.Parser),
                [],
                (service, request, _) => Task.FromResult(service.Add(request)));
        }

        private static Method<TRequest, TResponse> Method<TRequest, TResponse>(string service, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse> =>
            new(MethodType.Unary, service, "Export", Marshaller(requests), Marshaller(responses));

        private static Marshaller<T> Marshaller<T>(MessageParser<T> parser)
            where T : class, IMessage<T> => Marshallers.Create((message, context) => Write(message, context), context => Read(parser, context));

        private static void Write(IMessage message, SerializationContext context)
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        }

        private static T Read<T>(MessageParser<T> parser, DeserializationContext context)
            where T : IMessage<T>
        {
            try
            {
                return parser.ParseFrom(context.PayloadAsReadOnlySequence());
            }
            catch (InvalidProtocolBufferException exception)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, $"Not an OTLP message: {exception.Message}"));
            }
        }
    }
}
