using Microsoft.AspNetCore.Mvc.ModelBinding;
using Polly;
using Refit;

namespace Forge.Web.Api;

/// <summary>What a failed call of the API means to the one who sits before the browser.</summary>
internal static class ApiFailure
{
    /// <summary>Whether the API answered with an error, or did not answer at all.</summary>
    public static bool IsFromApi(Exception exception) =>
        exception is ApiExceptionBase or HttpRequestException or ExecutionRejectedException;

    /// <summary>The status of the page that tells about the failure.</summary>
    public static int StatusOf(Exception exception) => exception switch
    {
        ApiException { StatusCode: var status } when PassesThrough((int)status) => (int)status,
        ApiException => StatusCodes.Status502BadGateway,
        _ when IsFromApi(exception) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>
    /// Puts the API's problem details at the fields of a form, what fits no field at its top.
    /// False when the answer was none that the user of the form can do something about.
    /// </summary>
    public static bool TryAddProblem(this ModelStateDictionary modelState, ApiException failure, string formName)
    {
        if ((int)failure.StatusCode is not (>= 400 and < 500 or StatusCodes.Status503ServiceUnavailable)
            || !failure.TryGetContentAs<HttpValidationProblemDetails>(out var problem)
            || problem is null)
        {
            return false;
        }

        foreach (var (field, messages) in problem.Errors)
        {
            var key = $"{formName}.{field[(field.LastIndexOf('.') + 1)..]}";
            foreach (var message in messages)
            {
                modelState.AddModelError(modelState.ContainsKey(key) ? key : "", message);
            }
        }

        if (problem.Errors.Count == 0)
        {
            modelState.AddModelError("", problem.Detail ?? problem.Title ?? "This did not work. Check what you entered and try again.");
        }

        return true;
    }

    private static bool PassesThrough(int status) => status
        is StatusCodes.Status403Forbidden
        or StatusCodes.Status404NotFound
        or StatusCodes.Status409Conflict
        or StatusCodes.Status429TooManyRequests
        or StatusCodes.Status503ServiceUnavailable;
}
