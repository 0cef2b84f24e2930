using Forge.Data.Outages;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Forge.Api.Problems;

/// <summary>Answers 503 with <c>Retry-After</c> wherever a request found the database away, silent, full or read-only, and says what is known of what was asked for.</summary>
internal sealed partial class DatabaseOutageHandler(IProblemDetailsService problems, NpgsqlDataSource dataSource, ILogger<DatabaseOutageHandler> logger) : IExceptionHandler
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (DatabaseOutage.Describe(exception) is not { } outage)
        {
            return false;
        }

        if (DatabaseOutage.IsReadOnly(exception))
        {
            // After a failover the pool's connections may still lead to the server that was demoted, and would for ever.
            dataSource.Clear();
        }

        LogOutage(httpContext.Request.Method, httpContext.Request.Path, outage, exception.Message);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.SetRetryAfter(RetryAfter);
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                Title = "The database cannot be used.",
                Detail = $"{outage} {Advice(httpContext)}",
            },
        });
    }

    /// <summary>Where the answer to a commit was lost, nobody here knows whether it happened.</summary>
    private static string Advice(HttpContext httpContext)
    {
        var request = httpContext.Request;
        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            ? "Nothing was changed. Send the request again after the time that Retry-After says."
            : endpoint?.Metadata.GetMetadata<RepeatableByKey>() is null
                ? "What was asked for may have been done or not. Look before you send the request again, after the time that Retry-After says."
                : request.Headers.ContainsKey(RepeatableByKey.Header)
                    ? "What was asked for may have been done or not. Send the request again with the same Idempotency-Key after the time that Retry-After says: it is done once."
                    : "What was asked for may have been done or not. Look before you send the request again, after the time that Retry-After says; with an Idempotency-Key it could be repeated safely.";
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} was answered with 503. {Outage} ({Reason})")]
    private partial void LogOutage(string method, string path, string outage, string reason);
}
