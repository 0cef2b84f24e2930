using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Api.Problems;

/// <summary>Says what is wrong with a request that could not even be read: which field, which byte, which limit.</summary>
internal sealed partial class BadRequestExceptionHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException badRequest)
        {
            return false;
        }

        httpContext.Response.StatusCode = badRequest.StatusCode;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = Describe(badRequest),
        });
    }

    private static ProblemDetails Describe(BadHttpRequestException exception) => exception switch
    {
        { StatusCode: not StatusCodes.Status400BadRequest } => new ProblemDetails(),
        { InnerException: JsonException json } => DescribeJson(json),
        _ => DescribeParameter(exception.Message),
    };

    private static ProblemDetails DescribeJson(JsonException exception)
    {
        var field = exception.Path?.TrimStart('$').TrimStart('.');
        if (string.IsNullOrEmpty(field))
        {
            return new ProblemDetails
            {
                Detail = $"The body is not the JSON that is expected here: it cannot be read at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.",
            };
        }

        return new HttpValidationProblemDetails(new Dictionary<string, string[]> { [field] = [exception is FieldJsonException ? exception.Message : "The value is of the wrong type, out of range or malformed."] })
        {
            Detail = "Correct the fields named in 'errors' and send the request again.",
        };
    }

    private static ProblemDetails DescribeParameter(string message)
    {
        var parameter = ParameterName.Match(message);
        return parameter.Success && parameter.Groups["name"].Value is var name && !message.Contains("body", StringComparison.Ordinal)
            ? new HttpValidationProblemDetails(new Dictionary<string, string[]> { [name] = ["The value is missing or malformed."] })
            : new ProblemDetails { Detail = "The body is missing or cannot be read. Send it as application/json." };
    }

    // The framework tells the parameter's name only in the text: Failed to bind parameter "double? seconds" from "soon".
    [GeneratedRegex("""parameter "\S+ (?<name>\w+)" """)]
    private static partial Regex ParameterName { get; }
}
