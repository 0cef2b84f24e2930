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
    private const string DurableLane = "durable";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The span of an enqueue, in the caller's trace.</summary>
    public static Activity? StartSend(string queue)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var tags = SpanTags("send", queue);
        var lane = LaneOf(Activity.Current);
        if (lane is not null)
        {
            tags[Lane] = lane;
        }

        return Source.StartActivity($"send {queue}", ActivityKind.Producer, default(ActivityContext), tags);
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
        if (!Source.HasListeners())
        {
            return null;
        }

        ActivityLink[] links = ActivityContext.TryParse(job.TraceParent, job.TraceState, isRemote: true, out var sender) ? [new ActivityLink(sender)] : [];
        var tags = SpanTags("process", job.Queue);
        tags[Lane] = DurableLane;
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

    /// <summary>The lane that the caller works in: its root says so, and every span of Forge's below it. Where nobody works in a lane, the job's own.</summary>
    private static object? LaneOf(Activity? caller)
    {
        if (caller is null)
        {
            return DurableLane;
        }

        for (var span = caller; span is not null; span = span.Parent)
        {
            if (span.GetTagItem(Lane) is { } lane)
            {
                return lane;
            }
        }

        return null;
    }

    private static ActivityTagsCollection SpanTags(string operation, string queue) => new()
    {
        [System] = SystemName,
        [OperationName] = operation,
        [OperationType] = operation,
        [Destination] = queue,
    };
}
