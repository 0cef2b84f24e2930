using System.Diagnostics;
using Forge.Web.Api;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Forge.Web.Pages;

[IgnoreAntiforgeryToken]
public sealed partial class ErrorModel(ILogger<ErrorModel> logger) : PageModel
{
    public int Status { get; private set; }

    public string Title { get; private set; } = "";

    public string Advice { get; private set; } = "";

    public string? TraceId => Activity.Current?.TraceId.ToString();

    public void OnGet() => Describe();

    public void OnPost() => Describe();

    private void Describe()
    {
        if (HttpContext.Features.Get<IExceptionHandlerPathFeature>() is { } failure && ApiFailure.IsFromApi(failure.Error))
        {
            LogApiFailed(failure.Path, failure.Error);
        }

        // Asked for by its own address there is no error to tell about.
        Status = Response.StatusCode == StatusCodes.Status200OK ? StatusCodes.Status404NotFound : Response.StatusCode;
        Response.StatusCode = Status;
        if (Status == StatusCodes.Status503ServiceUnavailable)
        {
            Response.Headers.RetryAfter = "5";
        }

        (Title, Advice) = Status switch
        {
            StatusCodes.Status400BadRequest => ("That form was out of date", "Go back, reload the page and send it again. Nothing was changed."),
            StatusCodes.Status403Forbidden => ("This is not open to you", "Sign in with an account that may do this."),
            StatusCodes.Status404NotFound => ("There is nothing here", "The address is wrong, or what it named is gone or belongs to somebody else."),
            StatusCodes.Status409Conflict => ("Not in this state", "Something changed in the meantime. Go back and look at where it stands now."),
            StatusCodes.Status429TooManyRequests => ("That was a lot at once", "Wait ten seconds, then reload the page."),
            StatusCodes.Status502BadGateway => ("The API gave an answer that makes no sense", "Try again. If it stays so, look into the API's log for the trace below."),
            StatusCodes.Status503ServiceUnavailable => ("The API is not answering", "It may be starting or very busy. Wait a few seconds and reload the page. What you submitted earlier is safe."),
            _ => ("Something broke on our side", "Try again. If it stays so, look into the log of web for the trace below."),
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Path} could not be answered, because its call of the API failed.")]
    private partial void LogApiFailed(string path, Exception exception);
}
