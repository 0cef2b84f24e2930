using System.Diagnostics;

namespace Forge.Jobs;

/// <summary>Names of the library's telemetry, after OpenTelemetry's messaging conventions (semantic conventions 1.44), and its spans.</summary>
internal static class JobTelemetry
{
    public const string Name = "Forge.Jobs";
    public const string System = "messaging.system";
    public const string OperationName = "messaging.operation.name";
    public const string OperationType = "messaging.operation.type";
    public const string Destination = "messaging.destination.name";
    public const string ErrorType = "error.type";
    public const string Kind = "forge.job.kind";
    public const string SystemName = "forge";
    private const string MessageId = "messaging.message.id";
    private const string ClientId = "messaging.client.id";
    private const string BatchCount = "messaging.batch.message_count";
    private const string Attempt = "forge.job.attempt";
    private const string Lane = "forge.lane";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The span of an enqueue, in the caller's trace.</summary>
    public static Activity? StartSend(string queue)
    {
        var activity = Source.StartActivity($"send {queue}", ActivityKind.Producer, default(ActivityContext), SpanTags("send", queue));
        return activity;
    }

    public static void DescribeSend(Activity? activity, JobRequest request, Guid id, int count)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }

        if (count == 1)
        {
            activity.SetTag(MessageId, id.ToString());
            activity.SetTag(Kind, request.Kind);
        }
        else
        {
            activity.SetTag(BatchCount, count);
        }
    }

    /// <summary>The span of one attempt: a root, so that it is a trace of its own, with a link to the span that enqueued the job.</summary>
    public static Activity? StartProcess(ClaimedJob job, string worker)
    {
        // A root is what a span becomes when nothing is current; the caller's async flow gets its own value back when it leaves.
        Activity.Current = null;
        ActivityLink[] links = ActivityContext.TryParse(job.TraceParent, job.TraceState, isRemote: true, out var sender) ? [new ActivityLink(sender)] : [];
        var tags = SpanTags("process", job.Queue);
        tags[Lane] = "durable";
        tags[Kind] = job.Kind;
        tags[Attempt] = job.Attempt;
        tags[MessageId] = job.Id.ToString();
        tags[ClientId] = worker;
        return Source.StartActivity(ActivityKind.Consumer, parentContext: default, tags, links, name: $"process {job.Queue}");
    }

    public static void Fail(Activity? activity, string errorType, string message)
    {
        activity?.SetTag(ErrorType, errorType);
        activity?.SetStatus(ActivityStatusCode.Error, message);
    }

    private static ActivityTagsCollection SpanTags(string operation, string queue) => new()
    {
        [System] = SystemName,
        [OperationName] = operation,
        [OperationType] = operation,
        [Destination] = queue,
    };
}
