using System.Diagnostics;

namespace Forge.Api.Problems;

/// <summary>
/// Writes every problem as <c>application/problem+json</c>, whatever the request accepts: the framework's writer leaves the body empty
/// for a browser or a download that asked for something else.
/// </summary>
internal sealed class ProblemJsonWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var problem = context.ProblemDetails;
        ProblemDefaults.Apply(http, problem);
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
        await http.Response.WriteAsJsonAsync(problem, problem.GetType(), options: null, contentType: "application/problem+json", http.RequestAborted);
    }
}
