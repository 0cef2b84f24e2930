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
    private const string RequestTrace = "forge.request.trace_id";
    private const string TraceStateKey = "forge=";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The span of an enqueue, in the caller's trace. It names the kind when all jobs are of one.</summary>
    public static Activity? StartSend(string queue, IReadOnlyList<JobRequest> requests)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var caller = Activity.Current;
        var tags = SpanTags("send", queue);
        // Where nobody works in a lane, it is the job's own.
        if ((caller is null ? DurableLane : FindTag(caller, Lane)) is { } lane)
        {
            tags[Lane] = lane;
        }

        var (kind, name) = (requests[0].Kind, $"send {queue}");
        if (requests.All(request => request.Kind == kind))
        {
            tags[Kind] = kind;
            name += $" {kind}";
        }

        var activity = Source.StartActivity(name, ActivityKind.Producer, default(ActivityContext), tags);
        if (activity is not null)
        {
            activity.TraceStateString = WithRequestTrace(activity.TraceStateString, FindTag(caller, RequestTrace) as string);
        }

        return activity;
    }

    public static void DescribeSend(Activity? activity, Guid id, int count)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }

        if (count == 1)
        {
            activity.SetTag(MessageId, id.ToString());
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
        if (links.Length > 0)
        {
            tags[RequestTrace] = RequestTraceOf(sender.TraceState) ?? sender.TraceId.ToHexString();
        }

        return Source.StartActivity(ActivityKind.Consumer, parentContext: default, tags, links, name: $"process {job.Queue} {job.Kind}");
    }

    public static void Fail(Activity? activity, string errorType, string message)
    {
        activity?.SetTag(ErrorType, errorType);
        activity?.SetStatus(ActivityStatusCode.Error, message);
    }

    /// <summary>A tag of the caller's span or of one above it: a root says its lane and its request, and so do Forge's spans below it.</summary>
    private static object? FindTag(Activity? caller, string name)
    {
        for (var span = caller; span is not null; span = span.Parent)
        {
            if (span.GetTagItem(name) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    // A job that a task or another job enqueues is stored with that one's trace. The request's then travels in the trace state,
    // under a key that only this method writes: what a caller from outside sent under it is dropped.
    private static string? WithRequestTrace(string? traceState, string? requestTrace)
    {
        var others = Entries(traceState).Where(entry => !entry.StartsWith(TraceStateKey, StringComparison.Ordinal));
        var state = string.Join(',', requestTrace is null ? others : others.Prepend(TraceStateKey + requestTrace));
        return state.Length == 0 ? null : state;
    }

    private static string? RequestTraceOf(string? traceState) =>
        Entries(traceState).FirstOrDefault(entry => entry.StartsWith(TraceStateKey, StringComparison.Ordinal))?[TraceStateKey.Length..];

    private static string[] Entries(string? traceState) =>
        traceState?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static ActivityTagsCollection SpanTags(string operation, string queue) => new()
    {
        [System] = SystemName,
        [OperationName] = operation,
        [OperationType] = operation,
        [Destination] = queue,
    };
}
