using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Forge.Api.Problems;

/// <summary>Titles and advice for the errors that the framework answers without a word.</summary>
internal static class ProblemDefaults
{
    public static void Apply(HttpContext http, ProblemDetails problem)
    {
        var status = problem.Status ??= http.Response.StatusCode;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        problem.Detail ??= Advice(http, status);
    }

    private static string? Advice(HttpContext http, int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request is not what this address expects. /openapi/v1.json describes it.",
        StatusCodes.Status401Unauthorized => "Sign in with POST /forge/login and send the token as 'Authorization: Bearer …'.",
        StatusCodes.Status403Forbidden => "Your account may not do this. Sign in as an administrator.",
        StatusCodes.Status404NotFound => "There is nothing here for you. /openapi/v1.json lists every address.",
        StatusCodes.Status405MethodNotAllowed => $"This address does not take {http.Request.Method}; the Allow header says what it takes.",
        StatusCodes.Status413PayloadTooLarge => "The body is larger than this address takes. Send a smaller one.",
        StatusCodes.Status415UnsupportedMediaType => "Send the body as the type that /openapi/v1.json names for this address: application/json, or multipart/form-data where it takes a file.",
        StatusCodes.Status500InternalServerError => "Something failed on our side. Try again; if it stays, report the traceId.",
        _ => null,
    };
}
