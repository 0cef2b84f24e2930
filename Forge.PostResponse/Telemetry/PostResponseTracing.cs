using System.Diagnostics;

namespace Forge.PostResponse;

/// <summary>Spans of the lane. A batch is a trace of its own that links back to the request's span.</summary>
internal static class PostResponseTracing
{
    public const string SourceName = "Forge.PostResponse";

    private const string LaneTag = "forge.lane";
    private const string Lane = "post_response";
    private const string RequestTraceTag = "forge.request.trace_id";
    private const string TaskNameTag = "forge.task.name";
    private const string TaskPositionTag = "forge.task.position";
    private const string ErrorTypeTag = "error.type";

    private static readonly ActivitySource Source = new(SourceName);

    public static Activity? StartBatch(PostResponseBatch batch)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var request = batch.RequestContext;
        return Source.StartActivity(
            ActivityKind.Internal,
            parentContext: default,
            tags: request == default ? [new(LaneTag, Lane)] : [new(LaneTag, Lane), new(RequestTraceTag, request.TraceId.ToHexString())],
            links: request == default ? null : [new ActivityLink(request)],
            name: batch.Route is null ? $"post-response {batch.Method}" : $"post-response {batch.Method} {batch.Route}");
    }

    public static Activity? StartTask(PostResponseWork work, int position)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        return Source.StartActivity(
            ActivityKind.Internal,
            parentContext: Activity.Current?.Context ?? default,
            tags: [new(LaneTag, Lane), new(TaskNameTag, work.Name), new(TaskPositionTag, position + 1)],
            name: $"task {work.Name}");
    }

    public static void Failed(Activity? activity, Exception failure)
    {
        activity?.SetTag(ErrorTypeTag, failure.GetType().FullName);
        activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
    }

    public static void Interrupted(Activity? activity) => activity?.SetStatus(ActivityStatusCode.Error, "Interrupted by the stop of the process.");
}
