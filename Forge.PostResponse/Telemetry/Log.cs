using Microsoft.Extensions.Logging;

namespace Forge.PostResponse;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Post-response task {TaskName} (number {Position} of {Method} {Route}) failed; the request's trace is {RequestTraceId}.")]
    public static partial void PostResponseTaskFailed(
        this ILogger logger, Exception exception, string taskName, int position, string method, string? route, string requestTraceId);

    [LoggerMessage(LogLevel.Error, "Post-response task {TaskName} of {Method} {Route} is lost ({Reason}); the request's trace is {RequestTraceId}.")]
    public static partial void PostResponseTaskLost(
        this ILogger logger, Exception? exception, string taskName, LossReason reason, string method, string? route, string requestTraceId);

    [LoggerMessage(LogLevel.Information, "Post-response task {TaskName} of {Method} {Route} was handed over at the stop; the request's trace is {RequestTraceId}.")]
    public static partial void PostResponseTaskHandedOver(this ILogger logger, string taskName, string method, string? route, string requestTraceId);

    [LoggerMessage(LogLevel.Warning, "Post-response task {TaskName} was dropped ({Reason}), of {Method} {Route}; the request's trace is {RequestTraceId}.")]
    public static partial void PostResponseTaskDropped(
        this ILogger logger, string taskName, DropReason reason, string method, string? route, string requestTraceId);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} was refused: no room for {Tasks} post-response tasks.")]
    public static partial void PostResponseRequestRefused(this ILogger logger, int tasks, string method, string? path);

    [LoggerMessage(LogLevel.Information, "Post-response task {TaskName} is not run: {Method} {Route} failed, or its client went away before the response was complete; the request's trace is {RequestTraceId}.")]
    public static partial void PostResponseTaskNotRun(this ILogger logger, string taskName, string method, string? route, string requestTraceId);

    [LoggerMessage(LogLevel.Critical, "A post-response runner failed outside a task, in {Method} {Route}; the request's trace is {RequestTraceId}.")]
    public static partial void PostResponseRunnerFailed(this ILogger logger, Exception exception, string method, string? route, string requestTraceId);

    [LoggerMessage(LogLevel.Information, "Post-response lane stopped with {Outstanding} tasks outstanding: {Run} were run, {HandedOver} handed over, {Lost} lost.")]
    public static partial void PostResponseLaneDrained(this ILogger logger, long outstanding, long run, long handedOver, long lost);
}
